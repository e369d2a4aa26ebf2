"""Single requests in plain HTTP: without proxies of the environment, and without the cost of loading certificates."""

import httpx


def request(method: str, url: str, **options) -> httpx.Response:
    with httpx.Client(trust_env=False, verify=False, timeout=30) as http:
        return http.request(method, url, **options)


def get(url: str, **options) -> httpx.Response:
    return request("GET", url, **options)


def post(url: str, **options) -> httpx.Response:
    return request("POST", url, **options)

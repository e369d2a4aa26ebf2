"""What every error looks like, and what it must leave behind."""

from decimal import Decimal

import httpx

import plain
from tenants import Tenant, decimals

TYPES = {
    400: "invalid_request_error", 401: "authentication_error", 402: "insufficient_quota", 403: "permission_error",
    404: "invalid_request_error", 405: "invalid_request_error", 413: "invalid_request_error",
    429: "rate_limit_error", 502: "server_error", 503: "server_error", 504: "server_error",
}


def check_error(response: httpx.Response, status: int, code: str, param: str | None = None) -> dict:
    assert response.status_code == status, response.text
    assert response.headers["content-type"].startswith("application/json")
    assert response.headers["x-request-id"] and response.headers["tollgate-run-id"].startswith("run_")
    body = decimals(response)
    assert set(body) == {"error"}
    error = body["error"]
    assert {"message", "type", "param", "code"} <= set(error)
    assert (error["code"], error["param"], error["type"]) == (code, param, TYPES[status])
    assert error["message"]
    return error


def check_well(tenant: Tenant, spent: Decimal = Decimal(0)):
    """The process goes on, and only what was used is gone."""
    credits = tenant.credits()
    assert credits["held"] == 0
    assert credits["balance"] == 10 - spent
    assert plain.get(tenant.gateway_url + "/healthz").status_code == 200

"""The real programs, as processes of their own; ports are given by the system."""

import json
import os
import pathlib
import re
import signal
import subprocess

import httpx

import sanitizers
from waiting import PATIENCE, eventually

ROOT = pathlib.Path(__file__).resolve().parents[2]


def binary() -> pathlib.Path:
    """The program under test."""
    named = os.environ.get("ACCEPTANCE_BINARY")
    return pathlib.Path(named).resolve() if named else ROOT / ".build" / "debug" / "tollgate"


def clean_environment(extra: dict[str, str] | None = None) -> dict[str, str]:
    """This process's environment without what would steer the program or an SDK, and with `extra`."""
    dropped = ("TOLLGATE_", "OPENAI_", "ANTHROPIC_", "GEMINI_")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(dropped)}
    return kept | (extra or {})


def run(arguments: list, environment: dict[str, str] | None = None, input: str = "", cwd=None, seconds: float = 60,
        **options):
    """Runs the program to its end."""
    return subprocess.run(
        [str(binary()), *map(str, arguments)], env=clean_environment(environment), input=input, cwd=cwd,
        capture_output=True, text=True, timeout=seconds * PATIENCE, **options)


class Process:
    """A running program whose output goes to a file. Its last lines are shown with a failed test."""

    running: list["Process"] = []

    def __init__(self, name: str, arguments: list, folder: pathlib.Path, environment: dict[str, str] | None = None):
        self.name = name
        folder.mkdir(parents=True, exist_ok=True)
        self.out = folder / f"{name}.out"
        self.log = folder / f"{name}.log"
        with open(self.out, "ab") as out, open(self.log, "ab") as log:
            self._start = log.tell()
            self._process = subprocess.Popen(
                list(map(str, arguments)), stdin=subprocess.DEVNULL, stdout=out, stderr=log,
                env=clean_environment(environment), cwd=folder)
        Process.running.append(self)

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def is_alive(self) -> bool:
        return self._process.poll() is None

    def fail_if_dead(self):
        if not self.is_alive:
            raise AssertionError(f"{self.name} ended with {self._process.returncode}:\n{self.tail()}")

    def tail(self, lines: int = 25) -> str:
        text = self.out.read_text(errors="replace") + self.log.read_bytes()[self._start:].decode(errors="replace")
        return "\n".join(text.splitlines()[-lines:])

    def resident_bytes(self) -> int:
        status = pathlib.Path(f"/proc/{self.pid}/status").read_text()
        return int(re.search(r"VmRSS:\s+(\d+) kB", status).group(1)) * 1024

    def kill(self):
        """As a crash does it: nothing is tidied up."""
        self._process.send_signal(signal.SIGKILL)
        self._process.wait(10 * PATIENCE)
        self._forget()
        sanitizers.fail_on_report(self.name, self.pid)

    def signal(self, number: int):
        self._process.send_signal(number)

    def stop(self, seconds: float = 15) -> int:
        """Asks it to end, and answers its exit code."""
        if self.is_alive:
            self._process.terminate()
        return self.wait(seconds)

    def wait(self, seconds: float = 15) -> int:
        """Answers the exit code of one that was asked to end."""
        try:
            code = self._process.wait(seconds * PATIENCE)
            sanitizers.fail_on_report(self.name, self.pid)
            return code
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait(10 * PATIENCE)
            raise AssertionError(f"{self.name} did not end within {seconds:g} s of being asked:\n{self.tail()}")
        finally:
            self._forget()

    def _forget(self):
        if self in Process.running:
            Process.running.remove(self)


class Simulator:
    """`tollgate simulate`, and the routes by which it is steered and read."""

    def __init__(self, folder: pathlib.Path, *options: str):
        self.process = Process("simulator", [binary(), "simulate", "--port", "0", *options], folder)
        port = eventually(self._port, "the simulator tells its port")
        self.url = f"http://127.0.0.1:{port}"
        self._http = httpx.Client(base_url=self.url + "/_simulator", timeout=30, trust_env=False, verify=False)
        eventually(self._answers, "the simulator answers")

    def _port(self):
        self.process.fail_if_dead()
        text = self.process.out.read_text() + self.process.log.read_text()
        found = re.search(r'127\.0\.0\.1:(\d+)|port"?[=:]\s*"?(\d+)', text)
        return int(found.group(1) or found.group(2)) if found else None

    def _answers(self):
        self.process.fail_if_dead()
        try:
            return self._http.get("/state").status_code == 200
        except httpx.TransportError:
            return False

    @property
    def base_url(self) -> str:
        return self.url + "/v1"

    def state(self) -> dict:
        return self._http.get("/state").raise_for_status().json()

    def rows(self, bodies: bool = False) -> list[dict]:
        """What it logged; bodies only where it keeps them (`--keep-bodies`)."""
        return self._http.get("/log?bodies=true" if bodies else "/log").raise_for_status().json()

    def by_run(self) -> dict[str, dict]:
        """What it logged, by the id of the run that called it."""
        return {row["client_request_id"]: row for row in self.rows()}

    def close_barrier(self):
        self._post("/barrier", {"closed": True})

    def open_barrier(self):
        self._post("/barrier", {"closed": False})

    def clear_log(self):
        self._post("/reset", {})

    def fail_sometimes(self, rates: dict[str, float]):
        """Faults with their probabilities, from now on."""
        self._post("/faults", {"rates": rates})

    def fail_next(self, *faults: str):
        self._post("/faults", {"next": list(faults)})

    def _post(self, path: str, body: dict):
        self._http.post(path, json=body).raise_for_status()

    def stop(self):
        self._http.close()
        self.process.stop()


class Server:
    """`tollgate serve` on a data folder of its own."""

    def __init__(self, folder: pathlib.Path, environment: dict[str, str]):
        self.folder = folder
        self.data = folder / "data"
        self.environment = {
            "TOLLGATE_DATA": str(self.data),
            "TOLLGATE_GATEWAY_PORT": "0",
            "TOLLGATE_ADMIN_PORT": "0",
            # Small, so that a test machine's quota of address space is no matter.
            "TOLLGATE_LEDGER_MAP_BYTES": "1GiB",
            "TOLLGATE_CATALOG_MAP_BYTES": "1GiB",
            "TOLLGATE_DRAIN_GRACE_MS": "5000",
            **environment,
        }
        folder.mkdir(parents=True, exist_ok=True)
        made = run(["init", "--json"], self.environment, cwd=folder)
        assert made.returncode == 0, made.stderr
        self.admin_token = json.loads(made.stdout)["admin_token"]
        self.process: Process | None = None
        self.start()

    def start(self):
        self.spawn()
        self.await_ports()

    def spawn(self):
        """Starts it, and waits for nothing."""
        (self.data / "ports.json").unlink(missing_ok=True)
        self.process = Process("tollgate", [binary(), "serve"], self.folder, self.environment)

    def await_ports(self):
        found = eventually(lambda: self._ports(self.data / "ports.json"), "tollgate writes its ports", 30)
        self.gateway_url = f"{found['gateway_scheme']}://127.0.0.1:{found['gateway']}"
        self.admin_url = f"{found['admin_scheme']}://127.0.0.1:{found['admin']}"

    def _ports(self, file: pathlib.Path):
        self.process.fail_if_dead()
        try:
            return json.loads(file.read_text())
        except (FileNotFoundError, ValueError):
            return None

    def kill(self):
        self.process.kill()

    def stop(self) -> int:
        return self.process.stop()

    def command(self, *arguments, **options):
        """Runs a command of the program against this server, or its files."""
        environment = {
            **self.environment, "TOLLGATE_ADMIN_URL": self.admin_url, "TOLLGATE_ADMIN_TOKEN": self.admin_token,
        }
        environment |= options.pop("environment", {})
        return run(list(arguments), environment, cwd=self.folder, **options)

"""`kill -9` at random moments, and what must be true after each."""

import collections
import json
import random
import signal
import threading
import time
from collections.abc import Callable

import httpx

from board import Board
from processes import Server
from waiting import eventually

# Moments, and how often beside each other.
MOMENTS = {"under load": 5, "after a settle": 3, "during the start": 3, "while it stops": 2, "beside a verify": 2}


class Kills:
    """The killing, in the harness's own thread while the clients are at it."""

    # Seconds within which the load must come to the next kill.
    PATIENCE = 120

    def __init__(self, server: Server, board: Board, count: int, runs: int, seed: int, moments: list[str]):
        self.server = server
        self.board = board
        self.count = count
        self.runs = runs
        self.random = random.Random(seed)
        self.moments = moments
        self.counts: collections.Counter[str] = collections.Counter()
        # What `ledger verify` said against the books, by kill.
        self.unclean: list[str] = []
        self.verify_seconds: list[float] = []
        self.start_seconds: list[float] = []
        self._done = 0
        # Fails where the server or a process of clients ended by itself.
        self.fail_if_dead: Callable[[], None] = lambda: None

    def all(self):
        """Every kill, spread over the runs."""
        while self._done < self.count:
            left = self.count - self._done
            share = max(0, self.runs - self.board.total("finished")) / (left + 1)
            # From at once to twice the share, so that the runs suffice for all.
            self.after(1 + int(self.random.uniform(0, 2) * share))
            moment = self.random.choices(self.moments, [MOMENTS[one] for one in self.moments])[0]
            if moment == "during the start" and left < 2:
                moment = "under load"
            self.kill(moment)
            if moment == "during the start":
                # Killed under load, so that the start has open runs to close, and killed again while it does.
                self.server.spawn()
                time.sleep(self.random.uniform(0, 1.2) * (self.start_seconds[-1] if self.start_seconds else 0.2))
                self.server.kill()
                self.note(moment)
            self.restart()

    def after(self, finished: int):
        due = self.board.total("finished") + finished
        eventually(lambda: self.fail_if_dead() or self.board.total("finished") >= due, f"{finished} more runs finish",
                   self.PATIENCE, 0.002)

    def kill(self, moment: str):
        process = self.server.process
        if moment == "after a settle":
            seen = self.board.total("finished")
            # Without a pause: the next moment after somebody saw a run finish.
            eventually(lambda: self.board.total("finished") > seen, "a run finishes", self.PATIENCE, 0)
        elif moment == "while it stops":
            process.signal(signal.SIGTERM)
            time.sleep(self.random.uniform(0, 0.4))
        elif moment == "beside a verify":
            threading.Thread(target=self.verify_online).start()
            time.sleep(self.random.uniform(0, 0.1))
        process.kill()
        self.note("under load" if moment == "during the start" else moment)

    def note(self, moment: str):
        """One more; with no server running the command reads the files itself."""
        self._done += 1
        self.counts[moment] += 1
        start = time.monotonic()
        done = self.server.command("ledger", "verify", "--json", environment={"TOLLGATE_ADMIN_URL": ""}, seconds=300)
        self.verify_seconds.append(time.monotonic() - start)
        if done.returncode != 0 or json.loads(done.stdout)["clean"] is not True:
            self.unclean.append(f"kill {self._done}, {moment}: {done.returncode} {done.stdout}{done.stderr}".strip())

    def restart(self):
        start = time.monotonic()
        self.server.start()
        self.start_seconds.append(time.monotonic() - start)

    def verify_online(self):
        """Its answer is for nobody; it is there to be killed."""
        try:
            httpx.post(
                self.server.admin_url + "/api/v1/ledger/verify", json={}, timeout=60, trust_env=False,
                headers={"Authorization": f"Bearer {self.server.admin_token}"})
        except httpx.TransportError:
            pass


class TopUps(threading.Thread):
    """Gives the poor a little again and again, under a key each, until it is acknowledged: kills come between."""

    def __init__(self, server: Server, board: Board, organizations: list[str], amount: str, every: int):
        super().__init__()
        self.server = server
        self.board = board
        self.organizations = organizations
        self.amount = amount
        # Tries of all clients: how often there are no credits must not go by the machine's speed.
        self.every = every
        # Keys that were acknowledged, by organization.
        self.given: list[tuple[str, str]] = []
        # Requests sent again, because no answer came.
        self.again = 0
        self.unexpected: list[str] = []
        self.is_over = threading.Event()

    def run(self):
        number = due = 0
        while not self.is_over.wait(0.02):
            if self.board.total("tries") < due:
                continue
            due = self.board.total("tries") + self.every
            for organization in self.organizations:
                number += 1
                self.give(organization, f"top-up-{number}")

    def give(self, organization: str, key: str):
        tries, deadline = 0, time.monotonic() + 60
        while time.monotonic() < deadline:
            tries += 1
            try:
                answer = httpx.post(
                    f"{self.server.admin_url}/api/v1/organizations/{organization}/credits/top-ups",
                    json={"amount": self.amount}, timeout=10, trust_env=False, headers={
                        "Authorization": f"Bearer {self.server.admin_token}", "Idempotency-Key": key})
            except httpx.TransportError:
                time.sleep(0.05)
                continue
            if answer.status_code in (200, 201):
                self.given.append((organization, key))
                self.again += tries > 1
                return
            # A server that stops refuses; it is killed and comes back.
            if answer.status_code != 503:
                self.unexpected.append(f"{organization}, {key}: {answer.status_code} {answer.text}")
                return
            time.sleep(0.05)
        self.unexpected.append(f"{organization}, {key}: no answer within a minute")

    def end(self):
        self.is_over.set()
        self.join()

"""What a running server holds, seen from outside."""

import asyncio
import json
import os
import pathlib
import re
import subprocess
import time
from decimal import Decimal

import httpx

from processes import Server, Simulator
from record import Record
from world import World

MIB = 1 << 20
STORES = ("catalog", "ledger")


def memory(pid: int) -> dict[str, float]:
    """MiB, and the threads. RssFile is mostly the map, which the system takes back as it likes."""
    status = pathlib.Path(f"/proc/{pid}/status").read_text()
    found = {
        name: int(re.search(rf"^{name}:\s+(\d+)", status, re.M).group(1)) for name in ("RssAnon", "RssFile", "Threads")}
    return {
        "rss_anon_mib": found["RssAnon"] / 1024, "rss_file_mib": found["RssFile"] / 1024, "threads": found["Threads"],
    }


def cpu_seconds(pid: int) -> float:
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def machine_busy() -> tuple[float, float]:
    """Jiffies of all cores: in work, and altogether."""
    fields = [int(field) for field in pathlib.Path("/proc/stat").read_text().split("\n")[0].split()[1:9]]
    idle = fields[3] + fields[4]
    return sum(fields) - idle, sum(fields)


def readers(folder: pathlib.Path, pid: int) -> int:
    """Slots of LMDB's reader table that this process takes up."""
    listed = subprocess.run(["mdb_stat", "-r", str(folder)], capture_output=True, text=True, timeout=30)
    return sum(1 for line in listed.stdout.splitlines() if line.split()[:1] == [str(pid)])


def gauge(metrics: str, name: str) -> float:
    """Of Prometheus text, one series without labels."""
    return float(re.search(rf"^{name} (\S+)$", metrics, re.M).group(1))


class Sampler:
    def __init__(self, world: World, server: Server, simulator: Simulator, record: Record, folder: pathlib.Path):
        self.world = world
        self.server = server
        self.simulator = simulator
        self.record = record
        self.samples: list[dict] = []
        self._file = open(folder / "samples.jsonl", "w")
        self._http = httpx.Client(
            base_url=server.admin_url, timeout=30, trust_env=False, verify=False,
            headers={"Authorization": f"Bearer {server.admin_token}"})
        self._has_metrics = self._http.get("/metrics").status_code == 200
        self._cpu = self._cpu_now()

    def _cpu_now(self):
        return (
            time.monotonic(), machine_busy(), cpu_seconds(self.server.process.pid),
            cpu_seconds(self.simulator.process.pid), time.process_time())

    def take(self) -> dict:
        pid = self.server.process.pid
        sample: dict = {"seconds": round(self.record.seconds, 2), **memory(pid)}
        sample["descriptors"] = len(os.listdir(f"/proc/{pid}/fd"))
        for store in STORES:
            sample[f"readers_{store}"] = readers(self.server.data / store, pid)
            sample[f"{store}_mib"] = (self.server.data / store / "data.mdb").stat().st_size / MIB
        sample["held"] = float(self.held())
        if self._has_metrics:
            start = time.monotonic()
            text = self._http.get("/metrics").raise_for_status().text
            sample["metrics_ms"] = round((time.monotonic() - start) * 1000, 2)
            sample["connections"] = gauge(text, "tollgate_connections_open")
            sample["plan_cache_mib"] = gauge(text, "tollgate_plan_cache_bytes") / MIB
        before, now = self._cpu, self._cpu_now()
        self._cpu = now
        seconds = max(now[0] - before[0], 1e-3)
        busy, whole = (now[1][index] - before[1][index] for index in (0, 1))
        sample["machine_busy"] = round(busy / max(whole, 1), 3)
        for index, name in enumerate(["server", "simulator", "clients"], 2):
            sample[f"{name}_cores"] = round((now[index] - before[index]) / seconds, 3)
        return sample

    def held(self) -> Decimal:
        """Credits held for runs under way, of all organizations."""
        def of(organization: str) -> Decimal:
            answer = self._http.get(f"/api/v1/organizations/{organization}/credits").raise_for_status()
            return Decimal(answer.json()["held"])

        return sum(map(of, self.world.given), Decimal(0))

    async def loop(self, every: float, seconds: float):
        end = time.monotonic() + seconds
        due = time.monotonic()
        while due < end:
            await asyncio.sleep(due - time.monotonic())
            try:
                sample = await asyncio.to_thread(self.take)
            except (OSError, httpx.HTTPError, subprocess.SubprocessError) as fault:
                self.record.odd("sample", repr(fault))
            else:
                self.samples.append(sample)
                self._file.write(json.dumps(sample) + "\n")
                self._file.flush()
            due = max(due + every, time.monotonic())

    async def minutes(self, length: float, seconds: float):
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            await asyncio.sleep(min(length, left))
            self.record.close_minute()
            row = self.record.minutes[-1]
            print(f"{row['until_seconds']:7.0f} s  " + "  ".join(
                f"{name} {value}" for name, value in row.items() if name != "until_seconds"), flush=True)

    def close(self):
        self._file.close()
        self._http.close()

"""The programs of `make run` for a rush: sandbox, shop and worker, whose tries are added up over all processes."""

import shutil
import signal
import subprocess
import sys
from collections import Counter
from pathlib import Path

from prometheus_client import CollectorRegistry
from prometheus_client.multiprocess import MultiProcessCollector

from bench.stage import CHECKOUT, THREADS, Databases, Server, Stage, wait_for
from launcher.processes import ending_with_parent
from launcher.programs import web_processes
from launcher.settings import NOT_FOR_SANDBOX, NOT_FOR_SHOP, without

_TRIES = "marketplace_unit_tries_bucket"


class RushStage(Stage):
    """Starts the programs, stops them at the end; use it as a context manager."""

    def __init__(self, databases: Databases, folder: Path) -> None:
        super().__init__(databases, folder, "gthread")
        self._figures = folder / "figures"
        shutil.rmtree(self._figures, ignore_errors=True)
        self._figures.mkdir(parents=True)
        shop = self.variables["MARKETPLACE_BASE_URL"]
        self.variables |= {
            "SANDBOX_WEBHOOK_URL": f"{shop}/webhooks/stripe",
            "SANDBOX_CONNECT_WEBHOOK_URL": f"{shop}/webhooks/stripe/connect",
        }

    def start(self) -> None:
        """Start the programs and wait until the servers take requests."""
        python = Path(sys.executable)
        shop = {**without(self.variables, NOT_FOR_SHOP), "PROMETHEUS_MULTIPROC_DIR": str(self._figures)}
        self._start("sandbox", "marketplace.sandbox.wsgi:app", 1, 16, without(self.variables, NOT_FOR_SANDBOX), python)
        self._start("shop", "wsgi:app", web_processes(), THREADS, shop, python)
        with (self.folder / "worker.log").open("wb") as log:
            worker = subprocess.Popen(
                [sys.executable, "-m", "flask", "--app", "wsgi", "worker"],
                cwd=CHECKOUT,
                env=shop,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                preexec_fn=ending_with_parent(signal.SIGTERM),  # noqa: PLW1509  only a prepared system call
            )
        for server in self.servers.values():
            wait_for(server)
        self.servers["worker"] = Server("worker", 0, worker)

    def units(self) -> Counter[int]:
        """Return how many units of work were committed so far at their first try, their second, and so on."""
        registry = CollectorRegistry()
        MultiProcessCollector(registry, str(self._figures))  # type: ignore[no-untyped-call]
        reached = {
            round(float(sample.labels["le"])): round(sample.value)
            for metric in registry.collect()
            for sample in metric.samples
            if sample.name == _TRIES and sample.labels["le"] != "+Inf"
        }
        return Counter({tries: count - reached.get(tries - 1, 0) for tries, count in reached.items()})

    def cpu_seconds(self) -> float:
        """Return the processor seconds of the shop's web processes so far."""
        return self.servers["shop"].cpu_seconds()

    def tracebacks(self) -> list[str]:
        """Return what the shop's programs complained of in their logs, one line for each program that did."""
        found = []
        for name in ("shop", "worker"):
            text = (self.folder / f"{name}.log").read_text(encoding="utf-8", errors="replace")
            if count := text.count("Traceback (most recent call last)"):
                found.append(f"{count} tracebacks in {self.folder / name}.log")
        return found

"""The machine a run was made on: figures without it say nothing."""

import os
import platform
from datetime import UTC, datetime
from pathlib import Path

_CPU, _MEMORY = Path("/proc/cpuinfo"), Path("/proc/meminfo")


def describe() -> dict[str, str | int]:
    """Return what a reader needs to judge figures: processors, memory, Python, and the moment (UTC)."""
    return {
        "processors": os.cpu_count() or 0,
        "processor": _value(_CPU, "model name") or platform.machine(),
        "memory": _value(_MEMORY, "MemTotal"),
        "load": f"{os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else "",
        "system": platform.platform(),
        "python": platform.python_version(),
        "written": datetime.now(UTC).isoformat(timespec="seconds"),
    }


def _value(path: Path, name: str) -> str:
    """Return what a file of the system says of `name`, "" where there is none."""
    if not path.exists():
        return ""
    lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
    found = (line.partition(":")[2].strip() for line in lines if line.partition(":")[0].strip() == name)
    return next(found, "")

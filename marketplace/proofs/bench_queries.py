"""What the last benchmark and the last rush found: files that `make bench` writes under `$VAR_DIR/bench`."""

from pathlib import Path

from marketplace.proofs.queries import Report, report_of

_FOLDER, _BENCH, _RUSH = "bench", "last.json", "rush.json"


def last_bench(var_dir: Path) -> Report | None:
    """Return the report of the last benchmark; None when none has run here."""
    return report_of(var_dir / _FOLDER / _BENCH)


def last_rush(var_dir: Path) -> Report | None:
    """Return the report of the last rush of buyers; None when none has run here."""
    return report_of(var_dir / _FOLDER / _RUSH)

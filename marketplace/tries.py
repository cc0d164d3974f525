"""How often a unit of work ran until it was committed: what `db.atomic` counts, and how often it tries at most."""

from prometheus_client import Histogram

MOST = 12

UNIT_TRIES = Histogram(
    "marketplace_unit_tries", "How often a unit of work ran until it was committed", buckets=range(1, MOST + 1)
)
"""Of this process; with PROMETHEUS_MULTIPROC_DIR in a file, from which `bench.rush` adds up those of all processes."""

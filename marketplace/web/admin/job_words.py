"""What the jobs of the queue and of the timetable are called."""

from marketplace import jobs
from marketplace.language import Text
from marketplace.web.admin.kept_words import plain_text

_NAMES = {
    "tick": Text("Tick: everything that is due"),
    "mail": Text("Mail: what was told, sent"),
    "rescue_stalled": Text("Rescue of stalled jobs"),
    "read_event": Text("Read event"),
    jobs.SWEEP_FILES: Text("Files that nothing shows, deleted"),
    "import_listings": Text("Take in a file of listings"),
    "size_pictures": Text("Make the sizes of new pictures"),
    jobs.CHECK_BOOKS: Text("The books, recomputed"),
    "replay_seed": Text("Play a seed of the simulation again"),
    "move_time": Text("Demo time: the next day"),
}
STEPS = (
    Text("Missed events taken in"),
    Text("Events applied"),
    Text("Calls sent"),
    Text("Blocked calls looked up"),
    Text("Payments ended"),
    Text("Reservations returned"),
    Text("Cancelled orders paid back"),
    Text("Purchases given up"),
    Text("Orders delivered"),
    Text("Holds ended"),
    Text("Debts netted"),
    Text("Accounts read"),
    Text("Account deadlines told"),
    Text("Payouts followed"),
    Text("Payouts sent"),
    Text("Provider asked"),
    Text("Disputes read"),
    Text("Receipts returned"),
    Text("Runs of reconciliation"),
    Text("Words learnt"),
    Text("Price drops told"),
    Text("Saved searches asked"),
    Text("Statements closed"),
    Text("Invoices made"),
    Text("Commissions billed"),
    Text("Invoices followed"),
    Text("Postings summed"),
    Text("Entries chained"),
    Text("Old links forgotten"),
)
"""The steps of the tick, as the timetable says them."""


def job_text(name: str) -> str:
    """Return what a job is called."""
    found = _NAMES.get(name)
    return str(found) if found else plain_text(name)

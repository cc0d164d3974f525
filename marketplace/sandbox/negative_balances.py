"""What happens when a connected account owes money: after half a year the platform pays for it.

Source: docs.stripe.com/connect/account-balances.
"""

from marketplace.sandbox import balance
from marketplace.sandbox.store import Stored, Work

COLLECT_SECONDS = 180 * 86_400


def watch(work: Work, account_id: str) -> None:
    """Plan the collection from the platform when an account's balance has become negative."""
    owes = any(free + held < 0 for free, held in balance.purses(work, account_id).values())
    if account_id and owes and not work.planned("collect", account_id):
        work.plan("collect", account_id, work.now + COLLECT_SECONDS)


def collect(work: Work, account_id: str) -> None:
    """Let the platform pay what an account still owes, currency by currency."""
    work.hold_balance(account_id)
    work.hold_balance("")
    for currency, (free, held) in balance.purses(work, account_id).items():
        owed = -(free + held)
        if owed > 0:
            data = {"amount": owed, "currency": currency, "destination": account_id, "livemode": False}
            collection = work.add("connect_collection_transfer", data)
            for side, amount in ((collection, -owed), (_beside(collection, account_id), owed)):
                balance.book(work, side, kind="connect_collection_transfer", amount=amount, available_on=work.now)


def _beside(collection: Stored, account_id: str) -> Stored:
    """Return the collection as the account's books refer to it."""
    return Stored(collection.id, collection.kind, collection.created, collection.data, {}, account_id)


def adjust(work: Work, account: Stored, amount: int, currency: str, words: str) -> None:
    """Give to an account's balance or take from it, even below nothing, as only the provider can."""
    nobody = Stored("", "adjustment", work.now, {"currency": currency}, {}, account.id)
    balance.book(work, nobody, kind="adjustment", amount=amount, available_on=work.now, category="other_adjustment",
                 description=words)  # fmt: skip
    watch(work, account.id)

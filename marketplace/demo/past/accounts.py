"""How sellers come to be paid: set up at the provider, begun and left, asked for something, stopped.

Each deed done twice is done once.
"""

from marketplace.demo.past.stage import Stage, person_id
from marketplace.payouts import account_flows, account_queries
from marketplace.payouts.states import AccountStatus


def begin(stage: Stage, *, seller: str, country: str) -> None:
    """Open an account at the provider, and leave it there for now."""
    _start(stage, seller, country)


def set_up(stage: Stage, *, seller: str, country: str) -> None:
    """Open an account and give the provider all it asks for."""
    account_id = _start(stage, seller, country)
    if _status(seller) is AccountStatus.STARTED:
        stage.outside.set_up(account_id)
        stage.settle()


def ask(stage: Stage, *, seller: str, days: int) -> None:
    """Let the provider ask for a document within some days."""
    _press(stage, seller, "require", days=str(days))


def restrict(stage: Stage, *, seller: str) -> None:
    """Let the provider stop the account until a document is there."""
    _press(stage, seller, "restrict")


def _start(stage: Stage, seller: str, country: str) -> str:
    return account_flows.start(seller_id=person_id(seller), country=country, provider=stage.provider, now=stage.now)


def _press(stage: Stage, seller: str, deed: str, **form: str) -> None:
    account = account_queries.account_of(person_id(seller))
    if account is not None and account.account_id is not None and account.status is AccountStatus.ENABLED:
        stage.outside.press(account.account_id, deed, **form)
        stage.settle()


def _status(seller: str) -> AccountStatus | None:
    account = account_queries.account_of(person_id(seller))
    return account.status if account else None

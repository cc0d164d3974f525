"""Whether there is anything to do: one read asks for all steps of the tick at once.

What is due stands next to each sweep, which looks again in its own transaction: the answer here only spares a
transaction that would find nothing. A question may say yes too often, and never too seldom.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta

from sqlalchemy import SelectBase, or_, select

from marketplace import db
from marketplace.accounts import link_operations as links
from marketplace.auctions import ending as auctions
from marketplace.bank_policy import BankTransferPolicy
from marketplace.bank_transfers import asking
from marketplace.cancellations import queries as cancellations
from marketplace.catalog import spelling_operations as spelling
from marketplace.checkout import attempts, returns
from marketplace.checkout import sweeps as purchases
from marketplace.config import MoneyPolicy
from marketplace.debts import operations as debts
from marketplace.disputes import queries as disputes
from marketplace.invoices import fee_queries, following_queries, missing_queries
from marketplace.ledger import operations as ledger
from marketplace.ledger import sums
from marketplace.orders import sweeps as orders
from marketplace.outbound import operations as calls
from marketplace.outbound import watching
from marketplace.payments import holds
from marketplace.payouts import account_queries, calling_off, onboarding, standing_queries
from marketplace.payouts import flows as payouts
from marketplace.provider_events import cursors
from marketplace.provider_events import operations as events
from marketplace.reconciliation import flows as reconciliation
from marketplace.risk import gathering as risk
from marketplace.saved import operations as saved
from marketplace.saved import search_flows
from marketplace.statements import operations as statements

QUESTIONS: Mapping[str, Sequence[SelectBase]] = {
    "missed events taken in": (cursors.DUE, cursors.NOT_BEGUN),
    "events applied": (events.DUE,),
    "calls sent": (calls.DUE,),
    "blocked calls looked up": (calls.BLOCKED_DUE,),
    "payments ended": (attempts.OVERDUE,),
    "reservations returned": (purchases.RUN_OUT,),
    "purchases given up": (purchases.UNPAID,),
    "transfers reminded": (asking.TO_REMIND,),
    "payments assessed": (risk.DUE,),
    "auctions ended": (auctions.OVER, auctions.LAPSED),
    "orders delivered": (orders.OVERDUE,),
    "holds ended": (holds.OVER,),
    "debts netted": (debts.BOTH,),
    "accounts read": (account_queries.UNHEARD,),
    "account deadlines told": (onboarding.NEAR_DEADLINE,),
    "payouts followed": (payouts.DUE, calling_off.HELD_BACK),
    "payouts sent": (standing_queries.AVAILABLE,),
    "provider asked": (watching.DUE,),
    "disputes read": (disputes.UNHEARD, disputes.UNHEARD_CLOSED),
    "receipts returned": (returns.WAITING,),
    "cancelled orders paid back": (cancellations.TO_SEND_ON,),
    "runs of reconciliation": (reconciliation.DUE,),
    "words learnt": (spelling.TO_LEARN,),
    "price drops told": (saved.DROPS,),
    "saved searches asked": (search_flows.DUE,),
    "statements closed": (statements.TO_CLOSE,),
    "invoices made": (missing_queries.MISSING, missing_queries.MARK_MOVES),
    "commissions billed": (fee_queries.TO_BILL,),
    "invoices followed": (following_queries.TO_FOLLOW, following_queries.CAME_BACK),
    "postings summed": (sums.NOT_SUMMED,),
    "entries chained": (ledger.NOT_LINKED,),
    "old links forgotten": (links.OLD,),
}
"""The steps of the tick, and what each of them would find."""

_ASK = select(*(or_(*(each.exists() for each in questions)).label(name) for name, questions in QUESTIONS.items()))


def steps(
    *,
    providers: Iterable[str],
    policy: MoneyPolicy,
    transfers: BankTransferPolicy,
    now: datetime,
    system_now: datetime,
) -> frozenset[str]:
    """Return the steps that would find something at `now`, of business and of the machine. Raises SQLAlchemyError."""
    delivered_after = timedelta(days=policy.delivered_after_shipping_days)
    values = {
        "now": now,
        "providers": list(providers),
        "shipped_until": now - delivered_after,
        **links.old_at(system_now),
        **asking.remind_until(now, transfers),
        **account_queries.unheard_at(now),
        **onboarding.near_at(now),
        **disputes.unheard_at(now),
        **reconciliation.due_at(now),
        **statements.to_close_at(now),
        **missing_queries.mark_moves_at(now),
        **risk.due_at(now),
    }
    [answer] = db.read(_ASK, values)
    return frozenset(name for name, is_due in zip(QUESTIONS, answer, strict=True) if is_due)

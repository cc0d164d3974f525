"""How far each list of events has been read: begun with the first call, moved on span by span."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Text, any_, bindparam, func, literal, select, update
from sqlalchemy.dialects.postgresql import ARRAY, insert
from sqlalchemy.orm import Session

from marketplace.outbound.models import OutboundCall
from marketplace.payouts.models import SellerAccount
from marketplace.payouts.states import AccountStatus
from marketplace.provider_events.models import EventCursor, ProviderEvent
from marketplace.providers.events import KEPT

# Webhooks come within seconds; what they lose is made up for in minutes. A seller's account is read every day anyway,
# and its payments to banks are asked about until they are final (`sweeping`): its list is read for what is left.
_OWN_INTERVAL = timedelta(minutes=5)
_ACCOUNT_INTERVAL = timedelta(days=7)

_PROVIDERS = bindparam("providers", type_=ARRAY(Text))
DUE = select(EventCursor.provider).where(
    EventCursor.provider == any_(_PROVIDERS), EventCursor.next_read_at <= bindparam("now")
)
"""Lists of events whose turn has come."""
_provider = func.unnest(_PROVIDERS).column_valued("name")
NOT_BEGUN = select(_provider).where(
    _provider.not_in(select(EventCursor.provider).where(EventCursor.account == "")),
)
"""Providers whose own list was never begun."""
_MOVED = (
    update(EventCursor)
    .where(EventCursor.provider == bindparam("of"), EventCursor.account == bindparam("whose"))
    .values(read_until=bindparam("until"), next_read_at=bindparam("next"), note=bindparam("words"))
)


@dataclass(frozen=True)
class Reading:
    """A list of events whose turn has come, read up to `read_until`."""

    provider: str
    account: str
    read_until: datetime


WITHOUT_LIST = frozenset({"paypal"})
"""Providers whose list of events is not read: what no message told is found by asking about each object."""


def due(session: Session, *, provider: str, now: datetime, limit: int) -> list[Reading]:
    """Return the lists whose turn has come, ours among the first; new accounts' are begun with our own's turn."""
    ours = session.get(EventCursor, (provider, ""))
    if ours is None:
        _begin(session, provider, now=now)
    elif ours.next_read_at <= now:
        _begin_accounts(session, provider, now=now)
    statement = (
        select(EventCursor.provider, EventCursor.account, EventCursor.read_until)
        .where(EventCursor.provider == provider, EventCursor.next_read_at <= now)
        .order_by(EventCursor.account != "", EventCursor.next_read_at)
        .limit(limit)
    )
    return [Reading(row.provider, row.account, row.read_until) for row in session.execute(statement)]


def moved(session: Session, *, reading: Reading, until: datetime, note: str, now: datetime) -> None:
    """Note that a list was read up to `until`; at `now` it is read again when its interval is over."""
    values = {
        "of": reading.provider,
        "whose": reading.account,
        "until": until,
        "next": now + (_ACCOUNT_INTERVAL if reading.account else _OWN_INTERVAL),
        "words": note[:500],
    }
    session.connection().execute(_MOVED, values)


def not_read(session: Session, *, reading: Reading, note: str, now: datetime) -> None:
    """Note that the provider did not let us read a list; it stays where it is."""
    cursor = session.get_one(EventCursor, (reading.provider, reading.account))
    cursor.note = note[:500]
    cursor.next_read_at = now + (_ACCOUNT_INTERVAL if reading.account else _OWN_INTERVAL)


def all_due(session: Session, *, now: datetime) -> None:
    """Let every list be read at once, because everything was stopped for a while."""
    session.execute(update(EventCursor).values(next_read_at=now))


def unknown_of(session: Session, *, provider: str, event_ids: list[str]) -> set[str]:
    """Return those of `event_ids` that the inbox does not have."""
    known = select(ProviderEvent.event_id).where(
        ProviderEvent.provider == provider, ProviderEvent.event_id.in_(event_ids)
    )
    return set(event_ids) - set(session.execute(known).scalars())


def _begin(session: Session, provider: str, *, now: datetime) -> None:
    """Begin our own list where this installation began to ask for anything: what is gone of it is read from objects."""
    first = session.execute(select(func.min(OutboundCall.created_at))).scalar_one()
    values = {"provider": provider, "account": "", "note": "", "read_until": first or now}
    session.execute(insert(EventCursor).values(**values, next_read_at=now + _OWN_INTERVAL))


def _begin_accounts(session: Session, provider: str, *, now: datetime) -> None:
    begun = select(EventCursor.account).where(EventCursor.provider == provider)
    new = select(
        literal(provider),
        SellerAccount.account_id,
        func.greatest(SellerAccount.created_at, now - KEPT),
        literal(now + _ACCOUNT_INTERVAL),
        literal(""),
    ).where(
        SellerAccount.provider == provider,
        SellerAccount.account_id.is_not(None),
        SellerAccount.status != AccountStatus.DISCONNECTED,
        SellerAccount.account_id.not_in(begun),
    )
    columns = ["provider", "account", "read_until", "next_read_at", "note"]
    session.execute(insert(EventCursor).from_select(columns, new))

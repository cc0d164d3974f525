"""A seller's account: one row and one account at the provider however often they begin, and what becomes of it."""

from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from marketplace import history
from marketplace.accounts.models import User
from marketplace.catalog import rules as catalog_rules
from marketplace.catalog import shop_operations as shops
from marketplace.errors import Conflict, NotFound
from marketplace.history import Actor
from marketplace.language import Text
from marketplace.language import gettext as _
from marketplace.outbound import operations as outbound
from marketplace.outbound.flows import NOT_FOUND
from marketplace.outbound.models import CallKind
from marketplace.outbound.requests import Answer
from marketplace.payouts import account_rules, account_telling
from marketplace.payouts.models import SellerAccount
from marketplace.payouts.states import AccountStatus
from marketplace.providers.accounts import ProviderAccount

_VERBS = {
    AccountStatus.REVIEW: "review",
    AccountStatus.ENABLED: "enable",
    AccountStatus.RESTRICTED: "restrict",
    AccountStatus.DISCONNECTED: "disconnect",
    AccountStatus.REJECTED: "reject",
    AccountStatus.STARTED: "restart",
}
_REMIND_BEFORE = timedelta(days=7)
NEAR_DEADLINE = select(SellerAccount).where(
    SellerAccount.requirements_due_at.between(bindparam("now"), bindparam("deadline_until")),
    SellerAccount.requirements_due_at.is_distinct_from(SellerAccount.reminded_due_at),
)
"""Sellers who have not been told of a deadline that is near."""


class NotOurs(Exception):
    """The account belongs to another installation, or was ours once: nothing is to be done about it."""


@dataclass(frozen=True)
class Begun:
    """How far a seller's account is: at the provider under `account_id`, or to be asked for by `call_id`."""

    account_id: str | None
    call_id: int | None


def begin(session: Session, *, seller_id: int, country: str, provider: str, now: datetime) -> Begun:
    """Make a seller's account, or go on with the one there is; the caller sends the call when there is one.

    `country` is ISO 3166-1 alpha-2 and stays for good once the provider has made the account. Who had disconnected
    gets another account. Raises NotFound without a shop, Invalid for an unknown country, Conflict for a rejected
    seller or while the provider is being asked.
    """
    user = session.get(User, seller_id)
    if user is None or not user.is_seller:
        raise NotFound(_("Open a shop first."))
    account = _of_seller(session, seller_id) or _made(session, seller_id, provider, country, now=now)
    if account.status == AccountStatus.REJECTED:
        raise Conflict(_("Our payment provider does not pay this shop. Write to us."))
    if account.account_id is not None and account.status != AccountStatus.DISCONNECTED:
        return Begun(account.account_id, None)
    if outbound.is_under_way(session, kind=CallKind.CREATE_ACCOUNT, subject_id=account.id):
        raise Conflict(_("Your account is being opened. Please try again in a minute."))
    account.country = catalog_rules.clean_country(country)
    request = {"seller_id": seller_id, "email": user.email, "country": account.country}
    call_id = outbound.plan(
        session,
        provider=account.provider,
        kind=CallKind.CREATE_ACCOUNT,
        subject_id=account.id,
        request=request,
        actor=Actor.user(seller_id),
        now=now,
    )
    return Begun(None, call_id)


def opened(session: Session, *, subject_id: int, answer: Answer | None, code: str, now: datetime) -> None:
    """Write what came of asking for an account; after a refusal the seller may begin again."""
    account = session.get_one(SellerAccount, subject_id)
    if not isinstance(answer, ProviderAccount):
        account.disabled_reason = code if code != NOT_FOUND else account.disabled_reason
        return
    _connect(session, account, answer, actor=Actor.provider(answer.account_id[:64]), now=now)
    _write(session, account, answer, actor=Actor.provider(answer.account_id[:64]), now=now)


def follow(session: Session, *, found: ProviderAccount, actor: Actor, now: datetime) -> str:
    """Put an account as the provider shows it, asked after `now`, into the books; return what that changed, in words.

    Raises NotOurs for an account that no seller here has.
    """
    account = _of_account(session, found.account_id) or _awaiting(session, found)
    if account is None:
        raise NotOurs(Text("No seller here has this account."))
    if account.account_id is None:
        _connect(session, account, found, actor=actor, now=now)
    elif account.read_at is not None and account.read_at > now:
        return Text("It was read again later; nothing to do.")
    return _write(session, account, found, actor=actor, now=now)


def lost(session: Session, *, account_id: str, actor: Actor, now: datetime) -> str:
    """Record that the provider gives us no access to an account any more; raises NotOurs as `follow` does."""
    account = _of_account(session, account_id)
    if account is None:
        raise NotOurs(Text("No seller here has this account."))
    if account.read_at is not None and account.read_at > now:
        return Text("It was read again later; nothing to do.")
    account.transfers_enabled = account.payouts_enabled = False
    account.requirements, account.requirements_due_at, account.read_at = [], None, now
    return _move(session, account, AccountStatus.DISCONNECTED, actor=actor, now=now)


def asked(session: Session, *, account_id: str, now: datetime) -> None:
    """Remember that the provider was asked about an account and would not say: its turn comes again, not at once."""
    account = _of_account(session, account_id)
    if account is not None:
        account.read_at = now


def near_at(now: datetime) -> dict[str, datetime]:
    """Return the parameters of NEAR_DEADLINE."""
    return {"now": now, "deadline_until": now + _REMIND_BEFORE}


def remind(session: Session, *, now: datetime) -> int:
    """Tell sellers of whom the provider wants something within a week, once for each deadline; return how many."""
    accounts = session.execute(NEAR_DEADLINE, near_at(now)).scalars().all()
    for account in accounts:
        account.reminded_due_at = account.requirements_due_at
        account_telling.deadline(session, account, now=now)
    return len(accounts)


def _made(session: Session, seller_id: int, provider: str, country: str, *, now: datetime) -> SellerAccount:
    account = SellerAccount(
        seller_id=seller_id, provider=provider, country=catalog_rules.clean_country(country), created_at=now
    )
    session.add(account)
    session.flush()
    because = Text("The seller wants to be paid.")
    history.begin(session, SellerAccount, [account.id], actor=Actor.user(seller_id), at=now, because=because)
    return account


def _of_seller(session: Session, seller_id: int) -> SellerAccount | None:
    return session.execute(select(SellerAccount).where(SellerAccount.seller_id == seller_id)).scalar_one_or_none()


def _of_account(session: Session, account_id: str) -> SellerAccount | None:
    return session.execute(select(SellerAccount).where(SellerAccount.account_id == account_id)).scalar_one_or_none()


def _awaiting(session: Session, found: ProviderAccount) -> SellerAccount | None:
    """Return the row that `found` was made for, when its event is faster than the answer to the call."""
    account = _of_seller(session, found.seller_id) if found.seller_id is not None else None
    ours = account is not None and found.installation == outbound.installation(session)
    return account if ours and account is not None and account.account_id is None else None


def _connect(session: Session, account: SellerAccount, found: ProviderAccount, *, actor: Actor, now: datetime) -> None:
    """Remember under which name the provider has the account; who begins anew after a disconnect starts over."""
    if account.account_id == found.account_id:
        return
    account.account_id, account.read_at = found.account_id, None
    outbound.found_later(
        session, kind=CallKind.CREATE_ACCOUNT, subject_id=account.id, object_id=found.account_id, now=now
    )
    if account.machine.can(account.status, "restart"):
        history.move(session, account, "restart", actor=actor, at=now)


def _write(session: Session, account: SellerAccount, found: ProviderAccount, *, actor: Actor, now: datetime) -> str:
    bank = found.bank
    account.country = found.country or account.country
    account.transfers_enabled, account.payouts_enabled = found.transfers_enabled, found.payouts_enabled
    account.details_submitted, account.disabled_reason = found.details_submitted, found.disabled_reason
    account.requirements = [asdict(asked) for asked in found.requirements]
    account.requirements_due_at = found.deadline
    account.bank_name, account.bank_last4, account.bank_currency = (
        (bank.name, bank.last4, bank.currency) if bank else (None, None, None)
    )
    account.read_at = now
    session.flush()
    return _move(session, account, account_rules.status_of(found, account.status), actor=actor, now=now)


def _move(session: Session, account: SellerAccount, target: AccountStatus, *, actor: Actor, now: datetime) -> str:
    """Let the account be `target`: selling is paused or goes on, and the seller is told. Return it in words."""
    before, verb = account.status, _VERBS[target]
    if before == target or not account.machine.can(before, verb):
        return f"The account stays {str.lower(before.label)}."
    history.move(session, account, verb, actor=actor, at=now)
    shops.pause_selling(session, seller_id=account.seller_id, is_paused=account_rules.is_paused(target))
    account_telling.moved(session, account, before, now=now)
    return f"The account is {str.lower(target.label)}."

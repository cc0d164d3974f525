"""What is saved and what it paid: the one door for what a provider tells, and what its owner decides (S4.2, S4.3)."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from marketplace import history
from marketplace.errors import Conflict, Invalid, NotFound
from marketplace.history import Actor
from marketplace.language import Text
from marketplace.language import gettext as _
from marketplace.outbound import operations as outbound
from marketplace.outbound.flows import NOT_FOUND
from marketplace.outbound.models import CallKind
from marketplace.outbound.requests import Answer
from marketplace.payment_methods import customer_operations as customers
from marketplace.payment_methods import rules
from marketplace.payment_methods.models import MethodUse, ProviderCustomer, SavedMethod
from marketplace.payment_methods.rules import Lasting
from marketplace.payment_methods.states import MethodStatus
from marketplace.providers.methods import ProviderCustomer as Known
from marketplace.providers.methods import ProviderMethod

_READ_LATER = Text("It was read again later; nothing to do.")


def learn(session: Session, *, found: ProviderMethod, provider: str, actor: Actor, now: datetime) -> str:
    """Put a method as the provider shows it, asked after `now`, into the books; return what that did, in words."""
    row = _known(session, provider, found.method_id)
    if row is not None and row.read_at > now:
        return _READ_LATER
    customer = customers.of_id(session, found.customer_id) if found.customer_id else None
    if customer is None:
        return _detached(session, row, actor=actor, now=now) if row else Text("Nobody here has saved it.")
    if row is None:
        return _save(session, found, customer, actor=actor, now=now)
    if row.user_id != customer.user_id or row.status is MethodStatus.REMOVED:
        return Text("It was removed before.")
    is_same = (row.brand, row.last4, row.valid_until) == (found.brand, found.last4, found.valid_until)
    row.kind, row.brand, row.last4 = found.kind, found.brand, found.last4
    row.valid_until, row.fingerprint, row.read_at = found.valid_until, found.fingerprint, now
    return Text("It is as it was.") if is_same else Text("It has changed.")


def learn_all(
    session: Session, *, customer_row_id: int, found: Sequence[ProviderMethod], actor: Actor, now: datetime
) -> str:
    """Put all that a customer has saved, asked after `now`, into the books; what is not among it has been dropped."""
    customer = session.get_one(ProviderCustomer, customer_row_id)
    there = {method.method_id for method in found}
    for method in found:
        learn(session, found=method, provider=customer.provider, actor=actor, now=now)
    for row in _kept_by(session, customer.user_id, customer.provider):
        if row.provider_method_id not in there and row.read_at <= now:
            _detached(session, row, actor=actor, now=now)
    tell_default(session, customer, actor=actor, now=now)
    return Text("What is saved there was read.")


def forget(session: Session, *, customer_id: str, actor: Actor, now: datetime) -> str:
    """Record that the provider has deleted a customer, with all they had saved; they may begin anew."""
    customer = customers.of_id(session, customer_id)
    if customer is None:
        return Text("Nobody here is this customer.")
    _forget(session, customer, actor=actor, now=now)
    return Text("The provider has deleted this customer.")


def lose(session: Session, *, user_id: int, provider: str, now: datetime) -> None:
    """Record that the provider does not know somebody by the name we have; the next page opens without it."""
    customer = customers.of_user(session, user_id=user_id, provider=provider)
    if customer is not None and customer.customer_id is not None:
        _forget(session, customer, actor=Actor.provider(customer.customer_id[:64]), now=now)


def used(session: Session, *, payment_id: int, found: ProviderMethod, provider: str, now: datetime) -> None:
    """Keep what a payment was made with; the first word stands."""
    saved = select(SavedMethod.id).where(
        SavedMethod.provider == provider, SavedMethod.provider_method_id == found.method_id
    )
    values = {
        "payment_id": payment_id,
        "provider_method_id": found.method_id,
        "kind": found.kind,
        "brand": found.brand,
        "last4": found.last4,
        "saved_method_id": saved.scalar_subquery(),
        "at": now,
    }
    session.execute(insert(MethodUse).values(values).on_conflict_do_nothing(index_elements=["payment_id"]))


def remove(session: Session, *, user_id: int, method_id: int, now: datetime) -> int | None:
    """Take a saved method out of use and plan the call that has the provider drop it; return the call's id.

    None where that is under way or done already. Raises NotFound for somebody else's.
    """
    row = _own(session, user_id, method_id)
    if row.status is not MethodStatus.ACTIVE:
        return None
    actor = Actor.user(user_id)
    row.is_default = False
    history.move(session, row, "remove", actor=actor, at=now)
    _choose_default(session, user_id, row.provider)
    return outbound.plan(
        session,
        provider=row.provider,
        kind=CallKind.DETACH_METHOD,
        subject_id=row.id,
        request={"method_id": row.provider_method_id},
        actor=actor,
        now=now,
    )


def remove_answered(session: Session, *, subject_id: int, answer: Answer | None, code: str, now: datetime) -> None:
    """Write what came of having a method dropped. After a refusal it is saved still, until the provider says more."""
    row = session.get_one(SavedMethod, subject_id)
    actor = Actor.provider(row.provider_method_id[:64])
    if isinstance(answer, ProviderMethod):
        _detached(session, row, actor=actor, now=now)
    elif code != NOT_FOUND and row.machine.can(row.status, "keep"):
        history.move(session, row, "keep", actor=actor, at=now)
        _choose_default(session, row.user_id, row.provider)
        customers.watch_user(session, user_id=row.user_id, provider=row.provider, now=now, at_once=True)


def set_default(session: Session, *, user_id: int, method_id: int, now: datetime) -> int | None:
    """Let payment pages begin with a saved method; return the call that tells the provider, None where none is needed.

    Raises NotFound for somebody else's, Conflict for one that can't be paid with.
    """
    row = _own(session, user_id, method_id)
    check_usable(row, now=now)
    former = update(SavedMethod).where(
        SavedMethod.user_id == user_id, SavedMethod.provider == row.provider, SavedMethod.is_default
    )
    session.execute(former.values(is_default=False))
    row.is_default = True
    session.flush()
    customer = customers.of_user(session, user_id=user_id, provider=row.provider)
    return tell_default(session, customer, actor=Actor.user(user_id), now=now) if customer else None


def default_answered(session: Session, *, subject_id: int, answer: Answer | None, code: str, now: datetime) -> None:
    """Write which default the provider has, and go on where its owner has chosen another one meanwhile.

    A refusal means that it has the method no more: it is asked what there is.
    """
    customer = session.get_one(ProviderCustomer, subject_id)
    actor = Actor.provider(str(customer.customer_id)[:64])
    if isinstance(answer, Known):
        customer.told_default_id = answer.default_method_id
        tell_default(session, customer, actor=actor, now=now)
    elif code != NOT_FOUND and customer.customer_id is not None:
        customers.watch(session, customer, now=now, at_once=True)


def tell_default(session: Session, customer: ProviderCustomer, *, actor: Actor, now: datetime) -> int | None:
    """Plan to tell the provider the default it does not know yet; return the call's id, None where none is needed."""
    wanted = session.execute(
        select(SavedMethod.provider_method_id).where(
            SavedMethod.user_id == customer.user_id, SavedMethod.provider == customer.provider, SavedMethod.is_default
        )
    ).scalar_one_or_none()
    if customer.customer_id is None or wanted is None or wanted == customer.told_default_id:
        return None
    if outbound.is_under_way(session, kind=CallKind.DEFAULT_METHOD, subject_id=customer.id):
        return None  # what comes of that asks again
    return outbound.plan(
        session,
        provider=customer.provider,
        kind=CallKind.DEFAULT_METHOD,
        subject_id=customer.id,
        request={"customer_id": customer.customer_id, "method_id": wanted},
        actor=actor,
        now=now,
    )


def keep_details(session: Session, *, user_id: int, method_id: int, details: dict[str, str]) -> None:
    """Keep what its owner's programs want to know with a saved method. Raises NotFound for somebody else's."""
    _own(session, user_id, method_id).details = dict(details)


def check_room(session: Session, *, user_id: int) -> None:
    """Raise Conflict when somebody has saved as many methods as one person may."""
    kept = select(func.count()).where(SavedMethod.user_id == user_id, SavedMethod.status == MethodStatus.ACTIVE)
    if session.execute(kept).scalar_one() >= rules.MOST_SAVED:
        raise Conflict(_("You have saved %(most)s cards. Remove one before you add another.", most=rules.MOST_SAVED))


def check_kind(kind: str) -> None:
    """Raise Invalid for a kind of method that is not saved here."""
    if kind not in rules.SUPPORTED:
        raise Invalid(_("%(kind)s can't be saved here, only cards.", kind=rules.kind_name(kind)), field="type")


def check_usable(row: SavedMethod, *, now: datetime) -> None:
    """Raise Conflict for a method that can't be paid with: removed, of another kind, or expired."""
    named = rules.name(row.kind, row.brand, row.last4)
    if row.status is not MethodStatus.ACTIVE:
        raise Conflict(_("%(card)s is removed, so it can't be used any more.", card=named))
    if row.kind not in rules.SUPPORTED:
        raise Conflict(_("%(card)s can't be used here, only cards can.", card=named))
    if rules.lasting(row.valid_until, now.date()) is Lasting.OVER:
        raise Conflict(_("%(card)s has expired. Add the new one.", card=named))


def _known(session: Session, provider: str, method_id: str) -> SavedMethod | None:
    statement = select(SavedMethod).where(SavedMethod.provider == provider, SavedMethod.provider_method_id == method_id)
    return session.execute(statement).scalar_one_or_none()


def _own(session: Session, user_id: int, method_id: int) -> SavedMethod:
    row = session.get(SavedMethod, method_id)
    if row is None or row.user_id != user_id:
        raise NotFound(_("There is no such card among yours."))
    return row


def _kept_by(session: Session, user_id: int, provider: str) -> Sequence[SavedMethod]:
    statement = select(SavedMethod).where(
        SavedMethod.user_id == user_id,
        SavedMethod.provider == provider,
        SavedMethod.status.in_([MethodStatus.ACTIVE, MethodStatus.REMOVING]),
    )
    return session.execute(statement.order_by(SavedMethod.id)).scalars().all()


def _save(session: Session, found: ProviderMethod, customer: ProviderCustomer, *, actor: Actor, now: datetime) -> str:
    row = SavedMethod(
        user_id=customer.user_id,
        provider=customer.provider,
        provider_method_id=found.method_id,
        kind=found.kind,
        brand=found.brand,
        last4=found.last4,
        valid_until=found.valid_until,
        fingerprint=found.fingerprint,
        details={},
        read_at=now,
        created_at=now,
    )
    session.add(row)
    session.flush()
    history.begin(session, SavedMethod, [row.id], actor=actor, at=now, because=Text("Its owner saved it."))
    paid = update(MethodUse).where(MethodUse.provider_method_id == found.method_id, MethodUse.saved_method_id.is_(None))
    session.execute(paid.values(saved_method_id=row.id))
    _choose_default(session, customer.user_id, customer.provider)
    tell_default(session, customer, actor=actor, now=now)
    return Text("It is saved.")


def _detached(session: Session, row: SavedMethod, *, actor: Actor, now: datetime) -> str:
    row.read_at = now
    if not row.machine.can(row.status, "detach"):
        return Text("It was removed before.")
    row.is_default = False
    history.move(session, row, "detach", actor=actor, at=now)
    _choose_default(session, row.user_id, row.provider)
    return Text("It is removed.")


def _forget(session: Session, customer: ProviderCustomer, *, actor: Actor, now: datetime) -> None:
    customer.customer_id = customer.told_default_id = None
    for row in _kept_by(session, customer.user_id, customer.provider):
        _detached(session, row, actor=actor, now=now)


def _choose_default(session: Session, user_id: int, provider: str) -> None:
    """Let the newest card be the default where there is none."""
    active = [row for row in _kept_by(session, user_id, provider) if row.status is MethodStatus.ACTIVE]
    if active and not any(row.is_default for row in active):
        usable = [row for row in active if row.kind in rules.SUPPORTED]
        if usable:
            usable[-1].is_default = True
            session.flush()

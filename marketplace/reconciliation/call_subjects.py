"""Which row a call to a provider is for, as a person knows it: a payment, a refund, a payout, a dispute, a seller."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import Executable, bindparam, literal, select

from marketplace import db
from marketplace.accounts.models import User
from marketplace.disputes.models import Dispute, DisputeFile
from marketplace.outbound.models import CallKind
from marketplace.payment_methods.models import ProviderCustomer, SavedMethod
from marketplace.payments.models import UnappliedReceipt
from marketplace.payouts.models import Payout, SellerAccount, TransferReversal
from marketplace.refunds.models import Refund


class SubjectKind(StrEnum):
    """What a call's row is, or belongs to."""

    PAYMENT = "payment"
    REFUND = "refund"
    PAYOUT = "payout"
    DISPUTE = "dispute"
    SELLER = "seller"
    USER = "user"


@dataclass(frozen=True, slots=True)
class Subject:
    """The row a call is for: its kind, its id, and its number or name."""

    kind: SubjectKind
    id: int
    name: str


def _named(*columns: Any, joins: Any, key: Any) -> Executable:
    statement = select(key, *columns).select_from(joins)
    return statement.where(key.in_(bindparam("ids", expanding=True)))


_REFUNDS = _named(Refund.__table__.c.id, Refund.number, joins=Refund, key=Refund.__table__.c.id)
_RECEIPTS = _named(
    UnappliedReceipt.payment_id, literal(""), joins=UnappliedReceipt, key=UnappliedReceipt.__table__.c.id
)
_PAYOUTS = _named(Payout.__table__.c.id, Payout.number, joins=Payout, key=Payout.__table__.c.id)
_REVERSALS = _named(
    Payout.__table__.c.id,
    Payout.number,
    joins=TransferReversal.__table__.join(Payout.__table__, Payout.__table__.c.id == TransferReversal.payout_id),
    key=TransferReversal.__table__.c.id,
)
_ACCOUNTS = _named(
    User.__table__.c.id,
    User.name,
    joins=SellerAccount.__table__.join(User.__table__, User.__table__.c.id == SellerAccount.seller_id),
    key=SellerAccount.__table__.c.id,
)
_CUSTOMERS = _named(
    User.__table__.c.id,
    User.name,
    joins=ProviderCustomer.__table__.join(User.__table__, User.__table__.c.id == ProviderCustomer.user_id),
    key=ProviderCustomer.__table__.c.id,
)
_METHODS = _named(
    User.__table__.c.id,
    User.name,
    joins=SavedMethod.__table__.join(User.__table__, User.__table__.c.id == SavedMethod.user_id),
    key=SavedMethod.__table__.c.id,
)
_FILES = _named(
    Dispute.__table__.c.id,
    Dispute.number,
    joins=DisputeFile.__table__.join(Dispute.__table__, Dispute.__table__.c.id == DisputeFile.dispute_id),
    key=DisputeFile.__table__.c.id,
)
_DISPUTES = _named(Dispute.__table__.c.id, Dispute.number, joins=Dispute, key=Dispute.__table__.c.id)
_LOOKED_UP: dict[CallKind, tuple[SubjectKind, Executable]] = {
    CallKind.REFUND: (SubjectKind.REFUND, _REFUNDS),
    CallKind.RETURN: (SubjectKind.PAYMENT, _RECEIPTS),
    CallKind.TRANSFER: (SubjectKind.PAYOUT, _PAYOUTS),
    CallKind.BANK_PAYOUT: (SubjectKind.PAYOUT, _PAYOUTS),
    CallKind.REVERSAL: (SubjectKind.PAYOUT, _REVERSALS),
    CallKind.CREATE_ACCOUNT: (SubjectKind.SELLER, _ACCOUNTS),
    CallKind.UPLOAD_FILE: (SubjectKind.DISPUTE, _FILES),
    CallKind.SUBMIT_EVIDENCE: (SubjectKind.DISPUTE, _DISPUTES),
    CallKind.ACCEPT_DISPUTE: (SubjectKind.DISPUTE, _DISPUTES),
    CallKind.CREATE_CUSTOMER: (SubjectKind.USER, _CUSTOMERS),
    CallKind.DETACH_METHOD: (SubjectKind.USER, _METHODS),
    CallKind.DEFAULT_METHOD: (SubjectKind.USER, _CUSTOMERS),
}


def subjects_of(calls: Iterable[tuple[CallKind, int]]) -> dict[tuple[CallKind, int], Subject]:
    """Return the row that each call, given as its kind and its row's id, is for; one query per kind there is."""
    found: dict[tuple[CallKind, int], Subject] = {}
    wanted: defaultdict[CallKind, set[int]] = defaultdict(set)
    for kind, subject_id in calls:
        wanted[kind].add(subject_id)
    for kind, ids in wanted.items():
        if kind not in _LOOKED_UP:
            found |= {(kind, each): Subject(SubjectKind.PAYMENT, each, "") for each in ids}
            continue
        subject, statement = _LOOKED_UP[kind]
        for key, row_id, name in map(tuple, db.read(statement, {"ids": sorted(ids)})):
            found[(kind, key)] = Subject(subject, row_id, name)
    return found


_NAMES = select(User.__table__.c.id, User.name).where(User.__table__.c.id.in_(bindparam("ids", expanding=True)))


def names_of(user_ids: Iterable[int]) -> dict[int, str]:
    """Return people's names by their ids."""
    ids = sorted(set(user_ids))
    return dict(map(tuple, db.read(_NAMES, {"ids": ids}))) if ids else {}

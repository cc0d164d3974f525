"""Payouts that do not go through: refused, called off, stopped at the bank, taken back.

Each deed done twice is done once.
"""

from datetime import timedelta

from sqlalchemy import bindparam, func, select

from marketplace import db
from marketplace.demo.past.stage import Stage, person_id
from marketplace.history import Actor
from marketplace.payouts import calling_off
from marketplace.payouts.models import Payout
from marketplace.payouts.standing_queries import candidates
from marketplace.payouts.states import PayoutStatus

_TRANSFERS = "/v1/transfers"
# The shop can't know what helps, so such a payout waits for a person.
_CODE = "account_country_invalid_address"
# The provider hands a payout to the bank after an hour.
_YOUNG = timedelta(minutes=55)
_REFUSED = select(Payout.id).where(Payout.status == PayoutStatus.REFUSED).order_by(Payout.id)
_STOPPED = select(func.count()).where(Payout.status.in_((PayoutStatus.FAILED, PayoutStatus.REVERSED)))
_FRESH = (
    select(Payout.provider_payout_id)
    .where(
        Payout.status == PayoutStatus.IN_TRANSIT,
        Payout.provider_payout_id.is_not(None),
        Payout.started_at > bindparam("since"),
    )
    .order_by(Payout.id)
)
_FAILED = select(Payout.transfer_id).where(Payout.status == PayoutStatus.FAILED).order_by(Payout.id)


def refuse_next(stage: Stage, *, wanted: int, words: str) -> None:
    """Let the provider refuse as many transfers as are lacking to `wanted` refused payouts; `words` name the occasion.

    A refused payout is called off by itself when something holds one of its shares back.
    """
    lacking = wanted - len(db.read(_REFUSED))
    if lacking > 0:
        stage.outside.refuse("POST", _TRANSFERS, times=lacking, code=_CODE, words=words)


def call_off_refused(stage: Stage, *, admin: str, reason: str) -> None:
    """Let an admin call off every payout that the provider has refused; its shares wait for another one."""
    actor = Actor.user(person_id(admin), "admin")
    for (payout_id,) in db.read(_REFUSED):
        db.atomic(calling_off.cancel, (db.TURN,), payout_id=int(payout_id), actor=actor, because=reason, now=stage.now)


def stop_at_provider(stage: Stage, *, most: int) -> None:
    """Let the day's payouts begin, and somebody cancel them at the provider at once until `most` were stopped."""
    left = most - int(db.read(_STOPPED)[0][0])
    if left > 0 and next(candidates(stage.settings.money, stage.now), None) is not None:
        stage.pass_time()
    if left > 0:
        for (payout_id,) in db.read(_FRESH, {"since": stage.now - _YOUNG})[:left]:
            stage.outside.press(str(payout_id), "cancel-payout")
        stage.settle()


def take_back(stage: Stage) -> None:
    """Let somebody take back, at the provider, the transfers of all payouts that did not reach the bank."""
    for (transfer_id,) in db.read(_FAILED):
        stage.outside.press(str(transfer_id), "reverse")
    stage.settle()

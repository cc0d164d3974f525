"""When a call with an unknown outcome is sent again, and when it may not be (DESIGN 4.3). Pure."""

from datetime import datetime, timedelta

_LADDER = (
    timedelta(minutes=1),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=12),
)
# The first look comes when every webhook of an undisturbed purchase has long been there.
_LOOKS = (timedelta(minutes=10), timedelta(hours=1), timedelta(hours=6), timedelta(hours=12), timedelta(days=1))
# What is final may still turn: a bank sends a payout back within five of its days, a refund bounces within a month.
_AFTER_FINAL = (timedelta(days=7), timedelta(days=35))
# A provider may forget an idempotency key after 24 h; sent again after that, the key pays twice (scar S37).
_KEY_LIFETIME = timedelta(hours=23)
# PayPal promises six hours (stripe-reference section 12).
_SHORTER = {"paypal": timedelta(hours=5)}
# Whoever may not look today may perhaps tomorrow: a key without the right to read is given it, an account comes back.
_UNSEEN = timedelta(days=3)


def next_attempt_at(sends: int, now: datetime) -> datetime:
    """Return when to look after a call that was sent `sends` times and has no outcome yet."""
    return now + _LADDER[min(sends, len(_LADDER)) - 1]


def next_look_at(looks: int, now: datetime) -> datetime:
    """Return when to ask about something not final again that has been looked at `looks` times so far."""
    return now + _LOOKS[min(looks, len(_LOOKS) - 1)]


def look_after_final(final_since: datetime, now: datetime) -> datetime | None:
    """Return when to ask once more about something that is final since then; None when nothing can follow any more."""
    return next((final_since + span for span in _AFTER_FINAL if final_since + span > now), None)


def coming_sends(sends: int, next_at: datetime, first_sent_at: datetime, provider: str = "") -> list[datetime]:
    """Return when a call with an unknown outcome will be sent again, from `next_at` on, while its key is remembered."""
    coming: list[datetime] = []
    while not must_look_up(first_sent_at, next_at, provider):
        coming.append(next_at)
        sends += 1
        next_at = next_attempt_at(sends, next_at)
    return coming


def looked_up_from(first_sent_at: datetime, provider: str = "") -> datetime:
    """Return from when on a call to `provider` is never sent again, only looked up."""
    return first_sent_at + _SHORTER.get(provider, _KEY_LIFETIME)


def must_look_up(first_sent_at: datetime, now: datetime, provider: str = "") -> bool:
    """Return whether `provider` may have forgotten the key: then the object is looked up, the call never sent again."""
    return now >= looked_up_from(first_sent_at, provider)


def stays_unseen(first_sent_at: datetime, now: datetime) -> bool:
    """Return whether a call that the provider does not let us look up has waited long enough: a person decides then."""
    return now - first_sent_at >= _UNSEEN


def idempotency_key(installation: str, kind: str, subject_id: int, attempt: int) -> str:
    """Return a key made from a persisted row and its attempt, never from an amount or a time (scar S25)."""
    return f"{installation}/{kind}/{subject_id}/{attempt}"

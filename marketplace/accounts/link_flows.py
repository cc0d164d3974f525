"""Asking for a link by mail and using it: short writes, the slow hash between them, and one answer for everybody."""

import secrets
from datetime import datetime

from marketplace import db
from marketplace.accounts import flows, link_rules, passwords, rules
from marketplace.accounts import link_operations as operations
from marketplace.accounts.link_operations import LinkEnded
from marketplace.accounts.link_rules import Link, LinkEnd
from marketplace.accounts.models import AttemptResult, LinkPurpose
from marketplace.accounts.operations import Device, begin_attempt, end_attempt, token_hash
from marketplace.errors import Invalid, NotAllowed
from marketplace.language import gettext as _
from marketplace.language import ngettext


class TooManyLinks(NotAllowed):
    """Too many links were asked for; `minutes` says how long to wait."""

    def __init__(self, minutes: int) -> None:
        super().__init__(
            ngettext(
                "We have sent several links already. Look in your mail, or wait %(minutes)s minute for another one.",
                "We have sent several links already. Look in your mail, or wait %(minutes)s minutes for another one.",
                minutes,
                minutes=minutes,
            )
        )
        self.minutes = minutes


def ask_for_reset(*, email: str, device: Device, now: datetime) -> None:
    """Let a link to choose a new password be mailed, if anybody has this address. `now` is system time.

    It does the same, with the same statements, whether or not somebody has it: the mail job finds who gets a mail.
    Raises Invalid for what is no address, TooManyLinks.
    """
    _ask(LinkPurpose.RESET, rules.clean_email(email), device, now)


def ask_to_confirm(*, email: str, device: Device, now: datetime) -> None:
    """Let the link that confirms their address be mailed to a person again. `now` is system time.

    Raises TooManyLinks.
    """
    _ask(LinkPurpose.VERIFY, email, device, now)


def ask_to_change(
    *, user_id: int, own: str, email: str, password: str, code: str, device: Device, now: datetime
) -> None:
    """Let a link be mailed to the address a person wants to have instead of their `own`. `now` is system time.

    It does the same whether or not somebody has that address already: then no mail goes there. Raises Invalid naming
    the field, TooManyTries for wrong passwords or codes, TooManyLinks.
    """
    wanted = rules.clean_email(email)
    if wanted.lower() == own.lower():
        raise Invalid(_("This is your address already."), field="email")
    flows.check_again(user_id=user_id, email=own, password=password, code=code, device=device, now=now)
    request_id = _begin(LinkPurpose.CHANGE, wanted, device, now)
    db.atomic(operations.ask_to_change, (), request_id=request_id, user_id=user_id)


def open_link(purpose: str, key: bytes, *, now: datetime) -> Link:
    """Return the link with this token hash; looking does not use it up. Raises LinkEnded."""
    link = operations.link_of(key)
    if link is None or link.purpose != purpose:
        raise LinkEnded(LinkEnd.UNKNOWN)
    if end := link_rules.why_not(link, now=now):
        raise LinkEnded(end)
    return link


def choose_password(*, key: bytes, password: str, device: Device, now: datetime) -> None:
    """Change the password of the person behind a link and sign them out everywhere. `now` is system time.

    Raises Invalid naming the field, LinkEnded.
    """
    link = open_link(LinkPurpose.RESET, key, now=now)
    fresh = passwords.hash_password(rules.clean_password(password, email=link.own_email))
    db.atomic(operations.choose_password, (), token_hash=key, password_hash=fresh, now=now)
    # Who guessed at the old password, they or somebody else, no longer keeps them from signing in.
    attempt_id = begin_attempt(email=link.own_email, ip_address=device.ip_address, now=now)
    end_attempt(attempt_id, AttemptResult.SUCCEEDED)


def confirm_address(*, key: bytes, now: datetime) -> None:
    """Confirm the address behind a link. `now` is system time. Raises LinkEnded."""
    db.atomic(operations.confirm_address, (), token_hash=key, now=now)


def new_token(request_id: int, *, now: datetime) -> str:
    """Return a fresh key for a request, to be mailed at once: only its hash is kept. `now` is system time.

    Raises LinkEnded when the link would not work, NotFound when the request is forgotten.
    """
    if end := link_rules.why_not(operations.link_with_id(request_id), now=now):
        raise LinkEnded(end)
    token = secrets.token_urlsafe(32)
    db.atomic(operations.add_token, (), request_id=request_id, token_hash=token_hash(token))
    return token


def _ask(purpose: LinkPurpose, email: str, device: Device, now: datetime) -> None:
    operations.address_request(_begin(purpose, email, device, now))


def _begin(purpose: LinkPurpose, email: str, device: Device, now: datetime) -> int:
    request_id = operations.begin_request(purpose=purpose, email=email, ip_address=device.ip_address, now=now)
    asked = operations.recent_requests(purpose=purpose, email=email, ip_address=device.ip_address, now=now)
    if minutes := link_rules.minutes_until_link(*asked, now=now):
        operations.drop_request(request_id)
        raise TooManyLinks(minutes)
    return request_id

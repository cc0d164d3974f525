"""A test delivery: the shop signs a message as the provider would and sends it to its own public address (S4.29).

It goes the whole way round: name, certificate, proxies, signature, inbox. Nothing about it is taken for a fact.
"""

from dataclasses import dataclass

import requests

from marketplace import db
from marketplace.language import gettext as _
from marketplace.providers.base import Provider

_SECONDS = 5


@dataclass(frozen=True, slots=True)
class Delivery:
    """What came of a test delivery; `problem` in words, "" when it was stored."""

    event_id: str
    problem: str


def send(url: str, *, provider: Provider, about_accounts: bool, now_seconds: int) -> Delivery:
    """Post a signed test message to `url`; not inside a transaction. `now_seconds` is system time."""
    db.forbid_open_transaction()
    message = provider.sign_test(now_seconds=now_seconds, about_accounts=about_accounts)
    if message is None:
        return Delivery("", _("No secret is set for this endpoint."))
    try:
        answer = requests.post(
            url, data=message.body, headers=dict(message.headers), timeout=_SECONDS, allow_redirects=False
        )
    except requests.Timeout:
        return Delivery(message.event_id, _("There was no answer within %(seconds)s seconds.", seconds=_SECONDS))
    except requests.RequestException as error:
        return Delivery(message.event_id, _("The address can't be reached (%(error)s).", error=type(error).__name__))
    if answer.status_code // 100 == 2:
        return Delivery(message.event_id, "")
    texts = {
        400: _("It was answered 400: the signature was refused: another secret is in use there."),
        404: _("It was answered 404: nothing is at this address."),
    }
    other = _("It was answered %(code)s: not stored.", code=answer.status_code)
    return Delivery(message.event_id, texts.get(answer.status_code, other))

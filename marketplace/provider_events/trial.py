"""A test delivery: the shop signs a message as the provider would and sends it to its own public address (S4.29).

It goes the whole way round: name, certificate, proxies, signature, inbox. Nothing about it is taken for a fact.
"""

from dataclasses import dataclass

import requests

from marketplace import db
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
        return Delivery("", "No secret is set for this endpoint.")
    try:
        answer = requests.post(
            url, data=message.body, headers=dict(message.headers), timeout=_SECONDS, allow_redirects=False
        )
    except requests.Timeout:
        return Delivery(message.event_id, f"There was no answer within {_SECONDS} seconds.")
    except requests.RequestException as error:
        return Delivery(message.event_id, f"The address can't be reached ({type(error).__name__}).")
    if answer.status_code // 100 == 2:
        return Delivery(message.event_id, "")
    hints = {400: "the signature was refused: another secret is in use there", 404: "nothing is at this address"}
    return Delivery(
        message.event_id, f"It was answered {answer.status_code}: {hints.get(answer.status_code, 'not stored')}."
    )

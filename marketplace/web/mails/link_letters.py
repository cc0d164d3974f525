"""The links that only the mail itself shows: made while it is written, so that they stand nowhere else."""

from collections.abc import Mapping
from dataclasses import dataclass

from flask import url_for

from marketplace import clock
from marketplace.accounts import link_flows
from marketplace.accounts.link_operations import LinkEnded
from marketplace.errors import NotFound
from marketplace.language import Text
from marketplace.mails.flows import Outdated
from marketplace.mails.queries import Due


@dataclass(frozen=True, slots=True)
class Action:
    """The button of a mail; `url` is whole."""

    label: str
    url: str


_LINKS: Mapping[str, tuple[str, str]] = {
    "reset_asked": ("auth.follow_reset", Text("Choose a new password")),
    "confirmation_asked": ("auth.follow_verify", Text("Confirm the address")),
    "address_link_asked": ("auth.follow_change", Text("Use this address")),
}


def action_of(mail: Due) -> Action | None:
    """Return the button of a mail that carries a link with a key, None for every other.

    Raises Outdated when the link would not work any more.
    """
    if mail.kind.value not in _LINKS:
        return None
    endpoint, label = _LINKS[mail.kind.value]
    try:
        token = link_flows.new_token(mail.subject_id, now=clock.system_now())
    except (LinkEnded, NotFound) as error:
        raise Outdated("The link was used, replaced by a newer one, or is too old.") from error
    return Action(label, url_for(endpoint, token=token, _external=True))

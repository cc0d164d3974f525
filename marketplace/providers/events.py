"""The port's part for events that never arrived: the provider's own list of what happened, as far back as it goes."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Protocol

from marketplace.providers.base import InboundEvent

KEPT = timedelta(days=30)
"""How long a provider lists an event (stripe-reference section 9); what is older is read from the objects."""


class Events(Protocol):
    """What a provider can tell of the past. Calls raise Unknown or Refused; none may run inside a transaction.

    `account` is a seller's account at the provider, of which the list is asked; None: ours. The list may show an event
    later than one that happened after it, so whoever keeps a cursor reads a little of the past again.
    """

    def since(
        self,
        moment: datetime,
        *,
        until: datetime | None = None,
        account: str | None = None,
        types: Sequence[str] = (),
        undelivered: bool = False,
    ) -> tuple[InboundEvent, ...]:
        """Return what happened from `moment` on and before `until`, oldest first; whole seconds count.

        `types`: only these, at most twenty; () for all. `undelivered`: only what no webhook has brought yet. All of
        it is held in memory: whoever asks about long ago asks span by span.
        """

    def about(self, object_id: str, *, since: datetime, account: str | None = None) -> tuple[InboundEvent, ...]:
        """Return what happened to one object from `since` on, oldest first; a provider searches its list for it."""

    def get(self, event_id: str, *, account: str | None = None) -> InboundEvent | None:
        """Return one event; None when the provider does not have it any more."""

    def made_since(self, moment: datetime, *, livemode: bool) -> tuple[InboundEvent, ...]:
        """Return what was made at the provider since `moment` and may be no call of ours, oldest first.

        Refunds, disputes and warnings of fraud, each as an event such as would have told of it: from the objects,
        which stay when the events are gone. Its id is made from the object's. `livemode` is that of our key.
        """

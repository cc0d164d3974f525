"""The port's part for the provider's own account: its lines, page by page, and what it says it holds."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from marketplace.providers.base import BalanceLine


@dataclass(frozen=True)
class LineSource:
    """The provider's object behind a line, as far as it says whose it is. What it does not say is None or ""."""

    object_id: str
    kind: str
    """The provider's word for what it is: charge, refund, transfer, transfer_reversal, dispute, payout."""
    intent_id: str | None = None
    charge_id: str | None = None
    transfer_id: str | None = None
    payment_id: int | None = None
    """Our payment, from the metadata we set; as are the next two."""
    reference: str | None = None
    installation: str = ""
    status: str = ""


@dataclass(frozen=True)
class ListedLine:
    """One line of the list with the object it is about; None for a line about nothing."""

    line: BalanceLine
    created_at: datetime
    source: LineSource | None


@dataclass(frozen=True)
class UnreadableLine:
    """A line that is not what the provider documents; `error` says why. It stops nothing."""

    line_id: str
    error: str


@dataclass(frozen=True)
class LinePage:
    """One page of lines, the newest first, and the cursor after which the next page begins; None after the last."""

    lines: tuple[ListedLine | UnreadableLine, ...]
    next_after: str | None


class BalanceLines(Protocol):
    """What a provider can tell of money it holds. Calls raise Unknown or Refused; none may run inside a transaction."""

    def page(
        self,
        *,
        since: datetime | None,
        until: datetime,
        after: str | None = None,
        account: str | None = None,
        kind: str | None = None,
    ) -> LinePage:
        """Return at most a hundred lines made from `since` on (None: ever) until `until`, newest first.

        `after` is a page's `next_after`; `account` a seller's account at the provider, None for ours; `kind` asks for
        lines of one kind alone.
        """

    def balance(self) -> Mapping[str, int]:
        """Return what the provider says our account holds, pending money included: minor units by currency."""

    def available(self) -> Mapping[str, int]:
        """Return what of that can be sent now, refunds included: minor units by currency."""

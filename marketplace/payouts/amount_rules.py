"""What of ready money a payment to a bank takes: whole units, where banks take no others. Pure."""

from collections.abc import Sequence

_WHOLE = {**dict.fromkeys(("HUF", "TWD"), 100), **dict.fromkeys(("BHD", "JOD", "KWD", "OMR", "TND"), 10)}
"""What a payment to a bank is a multiple of, minor units, where it is not one (https://docs.stripe.com/currencies)."""


def payable_minor(currency: str, ready_minor: int) -> int:
    """Return what of an amount banks take, minor units: whole forints, say; the rest waits for the next payout."""
    return ready_minor - ready_minor % _WHOLE.get(currency, 1)


def lines_of(currency: str, shares: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """Return what a payout pays of each of `shares` (id, minor units); the last ones keep what banks do not take."""
    lines, rest = list(shares), sum(left for _, left in shares)
    rest -= payable_minor(currency, rest)
    while rest:
        share_id, left = lines.pop()
        if left > rest:
            lines.append((share_id, left - rest))
        rest -= min(rest, left)
    return lines


def kept_minor(currency: str, left_minor: int, sent_minor: int | None) -> int:
    """Return what stays in the seller's account at the provider, because banks take no less than a whole unit.

    `left_minor` is what a payout has left after reversals, `sent_minor` what was last sent to the bank; None while
    nothing is on its way there. Minor units.
    """
    sent = payable_minor(currency, left_minor) if sent_minor is None else sent_minor
    return max(left_minor - sent, 0)

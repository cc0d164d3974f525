"""Where a ledger entry's own words lead a seller: to the payout, the dispute or the refund they name."""

from flask import url_for

_PAGES = {"PO-": "seller.payout", "DP-": "seller.dispute", "RF-": "seller.refund"}
"""By the beginning of a number, the page on which it stands."""


def named(description: str) -> tuple[str, str]:
    """Return the number that the words of an entry name and the address of its page; both "" when they name none."""
    for word in description.split():
        endpoint = _PAGES.get(word[:3])
        if endpoint is not None and word[3:].isdecimal():
            return word, url_for(endpoint, number=word)
    return "", ""

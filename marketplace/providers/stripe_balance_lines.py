"""Stripe's balance transactions as a list (https://docs.stripe.com/api/balance_transactions/list), and the balance."""

from collections import defaultdict
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from marketplace.providers import stripe_objects as objects
from marketplace.providers.balance_lines import LinePage, LineSource, ListedLine, UnreadableLine
from marketplace.providers.base import installation_of

_PAGE = 100
"""The most that Stripe gives at once."""


class StripeBalanceLines:
    """The part of Stripe's API that tells what moved in our account."""

    def __init__(self, client: Any, call: Callable[[Callable[[], Any]], Any]) -> None:
        self._client = client.v1
        self._call = call

    def page(
        self,
        *,
        since: datetime | None,
        until: datetime,
        after: str | None = None,
        account: str | None = None,
        kind: str | None = None,
    ) -> LinePage:
        """Read one page. The objects behind the lines come with it: that is one request instead of a hundred."""
        created = {"lte": int(until.timestamp())} | ({"gte": int(since.timestamp())} if since else {})
        params: dict[str, Any] = {"created": created, "limit": _PAGE, "expand": ["data.source"]}
        params |= {"starting_after": after} if after else {}
        params |= {"type": kind} if kind else {}
        options = {"stripe_account": account} if account else {}
        listed = self._call(lambda: self._client.balance_transactions.list(params, options))
        found = [objects.as_dict(item) for item in listed.data]
        more = bool(listed.has_more) and bool(found)
        return LinePage(tuple(map(_listed, found)), str(found[-1]["id"]) if more else None)

    def balance(self) -> Mapping[str, int]:
        """Read the balance (https://docs.stripe.com/api/balance/balance_retrieve); available and pending together."""
        found = objects.as_dict(self._call(self._client.balance.retrieve))
        held: dict[str, int] = defaultdict(int)
        for part in (*found["available"], *found["pending"]):
            held[part["currency"].upper()] += part["amount"]
        return dict(held)

    def available(self) -> Mapping[str, int]:
        """Read the available part alone: refunds are taken from it (https://docs.stripe.com/refunds)."""
        found = objects.as_dict(self._call(self._client.balance.retrieve))
        return {part["currency"].upper(): part["amount"] for part in found["available"]}


def _listed(found: Mapping[str, Any]) -> ListedLine | UnreadableLine:
    try:
        line = objects.balance_line(found)
        source = found.get("source")
        about = _source(source, line.source_id) if line.source_id else None
        made_at = objects.moment(found["created"])
        adds_up = line.net_minor == line.amount_minor - line.fee_minor
    except (KeyError, TypeError, AttributeError, ValueError, OverflowError) as error:
        return _unreadable(found, repr(error))
    if not adds_up:
        return _unreadable(found, "its net is not its amount less its fee")
    return ListedLine(line, made_at, about)


def _unreadable(found: Mapping[str, Any], error: str) -> UnreadableLine:
    return UnreadableLine(str(found.get("id") or "?")[:200], error[:500])


def _source(source: Any, object_id: str) -> LineSource:
    if not isinstance(source, Mapping):
        # It could not be expanded: the line says no more than the id.
        return LineSource(object_id, "")
    metadata = source.get("metadata") or {}
    is_charge = source["object"] == "charge"
    return LineSource(
        object_id=object_id,
        kind=source["object"],
        intent_id=objects.reference(source, "payment_intent"),
        charge_id=object_id if is_charge else objects.reference(source, "charge"),
        transfer_id=object_id if source["object"] == "transfer" else objects.reference(source, "transfer"),
        payment_id=objects.our_id(source, "payment_id"),
        reference=metadata.get("reference"),
        installation=installation_of(source),
        status=str(source.get("status") or ""),
    )

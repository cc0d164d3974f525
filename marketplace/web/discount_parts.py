"""What the pages of codes of sellers and admins share: the list, and one code with its uses."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import url_for

from marketplace.discounts import code_rules
from marketplace.discounts.queries import CodeRow, Cost, UseRow
from marketplace.discounts.rules import DiscountKind, Terms
from marketplace.discounts.states import DISCOUNT, DiscountStatus, UseStatus
from marketplace.language import gettext as _
from marketplace.language import ngettext, pgettext
from marketplace.web import discount_words
from marketplace.web.amounts import amount_text, percentage_text
from marketplace.web.console import Console
from marketplace.web.lists import Tab, Tools
from marketplace.web.pages import date_text, money_text
from marketplace.web.wording import Badge

_TONES = {UseStatus.RESERVED: "wait", UseStatus.REDEEMED: "ok", UseStatus.RELEASED: "mute"}


@dataclass(frozen=True, slots=True)
class Row:
    """One code in a list."""

    code: str
    url: str
    takes_off: str
    owner: str
    rules: str
    used: str
    badge: Badge


@dataclass(frozen=True, slots=True)
class ListPage:
    """What templates/discounts/list.html shows."""

    title: str
    note: str
    console: Console
    tabs: tuple[Tab, ...]
    rows: tuple[Row, ...]
    tools: Tools
    new_url: str
    shows_owner: bool


@dataclass(frozen=True, slots=True)
class UseView:
    """One purchase that uses a code."""

    label: str
    url: str
    buyer: str
    when: str
    amount: str
    badge: Badge


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure of a code."""

    label: str
    amount: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class CodePage:
    """What templates/discounts/code.html shows."""

    title: str
    console: Console
    list_url: str
    badge: Badge
    facts: tuple[Mapping[str, str], ...]
    figures: tuple[Figure, ...]
    uses: tuple[UseView, ...]
    tools: Tools
    edit_url: str
    move_url: str
    verbs: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class EditPage:
    """What templates/discounts/edit.html shows."""

    title: str
    console: Console
    list_url: str
    action: str
    is_new: bool
    has_listings: bool


def status_badge(row: CodeRow, now: datetime) -> Badge:
    """Return where a code stands for its owner: its status, its days and its limit."""
    terms = row.terms
    if terms.status is not DiscountStatus.ACTIVE:
        return Badge(terms.status.label, "mute" if terms.status is DiscountStatus.ENDED else "hold")
    if now < terms.valid_from:
        return Badge(_("Not yet"), "wait")
    if terms.valid_until is not None and now >= terms.valid_until:
        return Badge(_("Over"), "mute")
    if terms.max_uses is not None and row.used >= terms.max_uses:
        return Badge(_("Used up"), "wait")
    return Badge(_("Active"), "ok")


def list_row(row: CodeRow, url: str, now: datetime) -> Row:
    """Return one code for the list."""
    return Row(
        code=row.terms.code,
        url=url,
        takes_off=discount_words.takes_off(row.terms),
        owner=row.shop_name or _("Marketplace"),
        rules=". ".join(value for _label, value in _rules(row.terms)) or _("No conditions"),
        used=_used(row),
        badge=status_badge(row, now),
    )


def facts(row: CodeRow) -> tuple[Mapping[str, str], ...]:
    """Return all that a code promises, as names and values."""
    terms = row.terms
    first = date_text(terms.valid_from)
    found = [
        (_("Takes off"), discount_words.takes_off(terms)),
        (_("Borne by"), row.shop_name or _("The marketplace")),
        *_rules(terms),
        (
            _("Valid"),
            _("%(first)s to %(last)s", first=first, last=date_text(code_rules.last_day(terms.valid_until)))
            if terms.valid_until
            else _("From %(day)s", day=first),
        ),
        (_("Made"), date_text(row.created_at)),
    ]
    if row.description:
        found.append((_("Note"), row.description))
    return tuple({"label": label, "value": value} for label, value in found)


def figures(row: CodeRow, costs: Sequence[Cost]) -> tuple[Figure, ...]:
    """Return how often a code was used and what it took off, by currency."""
    late = row.used_late
    notes = [_("%(number)s paid late, beyond the limit", number=late) if late else _("Paid purchases")]
    if reserved := row.used + row.used_late - row.redeemed:
        notes.append(_("%(number)s more reserved", number=reserved))
    found = [Figure(_("Used"), str(row.redeemed), "; ".join(notes))]
    for cost in costs:
        taken_off = money_text(cost.taken_off_minor, cost.currency)
        note = _("%(amount)s with orders that were called off since", amount=taken_off)
        is_whole = cost.taken_off_minor == cost.stands_minor
        found.append(Figure(_("Taken off"), money_text(cost.stands_minor, cost.currency), "" if is_whole else note))
    return tuple(found)


def use_view(use: UseRow, url: str, label: str) -> UseView:
    """Return one use; `label` names where `url` leads."""
    more, status = use.orders - 1, use.status.label
    return UseView(
        label=_("%(order)s and %(number)s more", order=label, number=more) if more > 0 else label,
        url=url,
        buyer=use.buyer_name,
        when=date_text(use.created_at),
        amount=money_text(use.amount_minor, use.currency),
        badge=Badge(_("%(status)s, late", status=status) if use.is_late else status, _TONES[use.status]),
    )


def stored(row: CodeRow) -> dict[str, Any]:
    """Return what the form shows of a code that exists."""
    terms = row.terms
    currency = terms.currency or ""
    percentage = percentage_text(terms.basis_points)
    amounts = {
        name: amount_text(minor, currency) if minor is not None else ""
        for name, minor in (("cap", terms.cap_minor), ("minimum", terms.minimum_minor))
    }
    return {
        "code": terms.code,
        "description": row.description,
        "kind": terms.kind.value,
        "value": amount_text(terms.amount_minor, currency) if terms.kind is DiscountKind.FIXED else percentage,
        "currency": currency,
        **amounts,
        "max_uses": str(terms.max_uses or ""),
        "max_uses_per_buyer": str(terms.max_uses_per_buyer or ""),
        "first_order_only": terms.first_order_only,
        "categories": list(terms.categories),
        "listings": [str(listing_id) for listing_id in terms.listing_ids],
        "valid_from": terms.valid_from.date(),
        "valid_until": code_rules.last_day(terms.valid_until) if terms.valid_until else None,
    }


def verbs(row: CodeRow) -> tuple[tuple[str, str], ...]:
    """Return what its owner may do with a code now: verb and words."""
    words = (("pause", _("Pause")), ("resume", _("Let it be used again")), ("end", _("End for good")))
    return tuple((verb, text) for verb, text in words if DISCOUNT.can(row.terms.status, verb))


def tabs(endpoint: str, current: DiscountStatus | None, of: str | None = None) -> tuple[Tab, ...]:
    """Return the tabs of a list of codes by status."""
    all_of_them = Tab(_("All"), url_for(endpoint, of=of), current is None)
    each = (Tab(one.label, url_for(endpoint, status=one.value, of=of), one is current) for one in DiscountStatus)
    return (all_of_them, *each)


def _rules(terms: Terms) -> list[tuple[str, str]]:
    """Return the conditions of a code in words; nothing for one without any."""
    currency = terms.currency or ""
    found = []
    if terms.minimum_minor is not None:
        least = money_text(terms.minimum_minor, currency)
        found.append((_("From"), _("Goods from %(least)s", least=least)))
    if terms.categories:
        found.append(
            (pgettext("a code is", "For"), ", ".join(discount_words.category_name(one) for one in terms.categories))
        )
    if terms.listing_ids:
        count = len(terms.listing_ids)
        found.append((_("Listings"), ngettext("%(number)s listing", "%(number)s listings", count, number=count)))
    if terms.first_order_only:
        found.append((_("Buyers"), _("First order only")))
    if terms.max_uses_per_buyer is not None:
        found.append((_("Per buyer"), _("%(number)s per buyer", number=terms.max_uses_per_buyer)))
    return found


def _used(row: CodeRow) -> str:
    used = row.used + row.used_late
    most = row.terms.max_uses
    return _("%(number)s of %(most)s", number=used, most=most) if most is not None else str(used)

"""Discount codes for programs: an owner's list, and a buyer's basket with a code tried or entered (S2.24)."""

from marketplace import clock
from marketplace.discounts import code_rules, queries, rules
from marketplace.discounts.pricing import Priced
from marketplace.discounts.queries import CodeRow
from marketplace.discounts.states import DiscountStatus
from marketplace.errors import Invalid, NotAllowed
from marketplace.web import discount_words, guards, lists
from marketplace.web.api.answers import amount
from marketplace.web.api.paper_shapes import CodeTyped, DiscountRow, Discounts, Lowered, Verdict
from marketplace.web.api.shapes import Paged
from marketplace.web.cart import codes


def discounts(query: Paged) -> Discounts:
    """List the codes that can be used today, newest first: a seller's own, and every one for an admin.

    Buyers don't get a list: a code is for those who were told it.
    """
    del query
    viewer, asked = guards.viewer(), lists.asked(endpoint="api.discounts")
    if viewer.is_admin:
        found = queries.codes_of_all(only_ours=False, status=DiscountStatus.ACTIVE, cursor=asked.cursor)
    elif viewer.is_seller:
        found = queries.codes_of_seller(viewer.user_id, DiscountStatus.ACTIVE, asked.cursor)
    else:
        raise NotAllowed("The list of codes is for who offers them.")
    now = clock.now()
    rows = [_row(row) for row in found.rows if rules.is_open(row.terms, now)]
    return Discounts(discounts=rows, next=asked.tools(found).next_url or None)


def validate_code(body: CodeTyped) -> Verdict:
    """Say what a code would do for the viewer's basket now, or why it does nothing; the basket stays as it is."""
    letters = letters_of(body.code)
    return _verdict(letters, codes.tried(letters))


def apply_code(body: CodeTyped) -> Verdict:
    """Enter a code for the viewer's basket if it counts for some of it; refused with the reason when it does not."""
    letters = letters_of(body.code)
    tried = codes.tried(letters)
    if not codes.counts(tried):
        raise Invalid(discount_words.in_basket(tried[0]), field="code")
    codes.keep(letters)
    return _verdict(letters, tried)


def letters_of(text: str) -> str:
    """Return a code as it is kept; raises Invalid for what can be none."""
    letters = code_rules.normal(text)
    code_rules.check_code(letters)
    return letters


def _verdict(letters: str, tried: list[Priced]) -> Verdict:
    lowered = [part.granted.total for part in tried if part.granted is not None]
    return Verdict(
        code=letters,
        valid=bool(lowered),
        words=discount_words.in_basket(next((part for part in tried if part.granted is not None), tried[0])),
        discounts=[Lowered(currency=total.currency, amount=amount(total.minor, total.currency)) for total in lowered],
    )


def _row(row: CodeRow) -> DiscountRow:
    terms, used = row.terms, row.used + row.used_late
    return DiscountRow(
        code=terms.code,
        description=row.description,
        takes_off=discount_words.takes_off(terms),
        kind=terms.kind.value,
        shop=row.shop_name,
        used=used,
        max_uses=terms.max_uses,
        usage=f"{used}/{terms.max_uses}" if terms.max_uses is not None else str(used),
        paid_with_it=row.redeemed,
        valid_from=terms.valid_from,
        valid_until=terms.valid_until,
    )

"""Packing slips: what goes into each parcel and where it goes, for print. No prices: it may be a present."""

from flask import Response, request
from flask.typing import ResponseReturnValue

from marketplace.errors import NotFound
from marketplace.language import gettext as _
from marketplace.orders import packing_queries
from marketplace.orders.packing_queries import Packing
from marketplace.web import guards, order_parts, printing
from marketplace.web.pages import date_text


@guards.seller_only
def packing_slips() -> ResponseReturnValue:
    """Return one PDF with a page for each of the seller's own paid orders that were chosen, as they read now."""
    numbers = [number for number in request.args.getlist("order") if number.isascii() and number.isprintable()]
    orders = packing_queries.to_pack(guards.viewer().user_id, numbers)
    if not orders:
        raise NotFound(_("None of these orders is yours and paid."))
    document = printing.pdf("packing_slip", {"slips": [_slip(order) for order in orders]}, orders[-1].placed_at)
    name = f"packing-slip-{orders[0].number}" if len(orders) == 1 else f"packing-slips-{len(orders)}"
    headers = {"Content-Disposition": f'inline; filename="{name}.pdf"'}
    return Response(document, mimetype="application/pdf", headers=headers)


def _slip(order: Packing) -> dict[str, object]:
    return {
        "number": order.number,
        "shop_name": order.shop_name,
        "placed": _("Ordered on %(day)s", day=date_text(order.placed_at)),
        "address": order_parts.address_lines(order.address),
        "is_pickup": order.is_pickup,
        "buyer": order.buyer_name,
        "note": order.buyer_note,
        "lines": [{"title": line.title, "quantity": line.quantity, "sku": line.sku} for line in order.lines],
    }

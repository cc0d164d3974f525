"""The URL table of the seller pages."""

from flask import Blueprint

from marketplace.web.seller import (
    auctions,
    balance,
    cancelling,
    delivery,
    discounts,
    disputes,
    explain,
    importing,
    invoices,
    listing_edit,
    listing_text,
    listings,
    orders,
    overview,
    packing,
    payout_schedule,
    payout_setup,
    payouts,
    pictures,
    preview,
    promoting,
    refunds,
    sending,
    shelf_edit,
    shipping,
    shop_edit,
    statements,
    taxes,
    transactions,
    variants,
    withdrawing,
)

blueprint = Blueprint("seller", __name__)

_DISCOUNT = "/seller/discounts/<int(max=9223372036854775807):discount_id>"
_AUCTION = "/seller/auctions/<int(max=9223372036854775807):auction_id>"
_PROFILE = "/seller/delivery/<int(max=9223372036854775807):profile_id>"
_ZONE = f"{_PROFILE}/zones/<int(max=9223372036854775807):zone_id>"
_LISTING = "/seller/listings/<int(max=9223372036854775807):listing_id>"

blueprint.add_url_rule("/seller", view_func=overview.overview)
blueprint.add_url_rule("/seller/orders", view_func=orders.orders)
blueprint.add_url_rule("/seller/orders/send", view_func=sending.send)
blueprint.add_url_rule("/seller/orders/send", view_func=sending.send_orders, methods=["POST"])
blueprint.add_url_rule("/seller/orders/arrived", view_func=sending.arrived, methods=["POST"])
blueprint.add_url_rule("/seller/orders/packing-slips", view_func=packing.packing_slips)
blueprint.add_url_rule("/seller/orders/<number>", view_func=orders.order)
blueprint.add_url_rule("/seller/orders/<number>/ship", view_func=shipping.ship, methods=["POST"])
blueprint.add_url_rule("/seller/orders/<number>/parcels", view_func=shipping.add_parcel, methods=["POST"])
blueprint.add_url_rule("/seller/orders/<number>/note", view_func=shipping.keep_note, methods=["POST"])
blueprint.add_url_rule("/seller/orders/<number>/delivered", view_func=shipping.delivered, methods=["POST"])
blueprint.add_url_rule("/seller/orders/<number>/cancel", view_func=cancelling.cancel)
blueprint.add_url_rule("/seller/orders/<number>/cancel", view_func=cancelling.cancel_order, methods=["POST"])
blueprint.add_url_rule("/seller/orders/<number>/explain/<figure>", view_func=explain.explain_order)
blueprint.add_url_rule("/seller/explain/held/<string(length=3):currency>", view_func=explain.explain_held)
blueprint.add_url_rule("/seller/explain/<pot>/<string(length=3):currency>", view_func=explain.explain_pot)
blueprint.add_url_rule("/seller/explain/release/<string(length=3):currency>/<day>", view_func=explain.explain_release)
blueprint.add_url_rule("/seller/transactions", view_func=transactions.transactions)
blueprint.add_url_rule("/seller/statements", view_func=statements.statements)
blueprint.add_url_rule("/seller/statements/<currency>/<month>", view_func=statements.statement)
blueprint.add_url_rule("/seller/statements/<currency>/<month>/pdf", view_func=statements.statement_pdf)
blueprint.add_url_rule(
    "/seller/explain/entry/<int(max=9223372036854775807):entry_id>", view_func=statements.explain_entry
)
blueprint.add_url_rule("/seller/invoices", view_func=invoices.invoices)
blueprint.add_url_rule("/seller/invoices/<number>", view_func=invoices.invoice)
blueprint.add_url_rule("/seller/invoices/<number>/pdf", view_func=invoices.invoice_pdf)
blueprint.add_url_rule("/seller/invoices/<number>/send", view_func=invoices.send_invoice, methods=["POST"])
blueprint.add_url_rule("/seller/listings", view_func=listings.listings)
blueprint.add_url_rule("/seller/listings/export", view_func=importing.export)
blueprint.add_url_rule("/seller/listings/import", view_func=importing.import_listings, methods=["GET", "POST"])
blueprint.add_url_rule(
    "/seller/listings/import/<int(max=9223372036854775807):import_id>", view_func=importing.listing_import
)
blueprint.add_url_rule("/seller/listings/several", view_func=shelf_edit.several, methods=["POST"])
blueprint.add_url_rule("/seller/listings/new", view_func=listings.new)
blueprint.add_url_rule("/seller/listings/new/<kind>", view_func=listing_edit.create, methods=["GET", "POST"])
blueprint.add_url_rule("/seller/listings/text", view_func=listing_text.keep_text, methods=["POST"])
blueprint.add_url_rule("/seller/listings/text/drop", view_func=listing_text.drop_text, methods=["POST"])
blueprint.add_url_rule(f"{_LISTING}/edit", view_func=listing_edit.edit, methods=["GET", "POST"])
blueprint.add_url_rule(f"{_LISTING}/variants", view_func=variants.variants, methods=["GET", "POST"])
blueprint.add_url_rule(f"{_LISTING}/variants/several", view_func=variants.several_variants, methods=["POST"])
blueprint.add_url_rule(f"{_LISTING}/variants/drop", view_func=variants.drop_variant, methods=["POST"])
blueprint.add_url_rule(f"{_LISTING}/preview", view_func=preview.preview)
blueprint.add_url_rule(f"{_LISTING}/pictures", view_func=pictures.pictures, methods=["GET", "POST"])
blueprint.add_url_rule(f"{_LISTING}/pictures/arrange", view_func=pictures.arrange_pictures, methods=["POST"])
blueprint.add_url_rule(f"{_LISTING}/price-and-stock", view_func=shelf_edit.price_and_stock, methods=["POST"])
blueprint.add_url_rule(f"{_LISTING}/copy", view_func=shelf_edit.copy, methods=["POST"])
blueprint.add_url_rule(f"{_LISTING}/promote", view_func=promoting.promote, methods=["GET", "POST"])
blueprint.add_url_rule(f"{_LISTING}/publish", view_func=listings.publish, methods=["POST"])
blueprint.add_url_rule(f"{_LISTING}/pause", view_func=listings.pause, methods=["POST"])
blueprint.add_url_rule(f"{_LISTING}/delivery", view_func=delivery.choose, methods=["POST"])
blueprint.add_url_rule(f"{_LISTING}/auction", view_func=auctions.new_auction, methods=["GET", "POST"])
blueprint.add_url_rule("/seller/auctions", view_func=auctions.auctions)
blueprint.add_url_rule(_AUCTION, view_func=auctions.auction)
blueprint.add_url_rule(f"{_AUCTION}/edit", view_func=auctions.edit_auction, methods=["GET", "POST"])
blueprint.add_url_rule(f"{_AUCTION}/withdraw", view_func=auctions.withdraw_auction, methods=["POST"])
blueprint.add_url_rule(f"{_AUCTION}/offer", view_func=auctions.offer_auction, methods=["POST"])
blueprint.add_url_rule(f"{_AUCTION}/again", view_func=auctions.list_again, methods=["POST"])
blueprint.add_url_rule("/seller/delivery", view_func=delivery.profiles)
blueprint.add_url_rule("/seller/delivery/new", view_func=delivery.new_profile, methods=["GET", "POST"])
blueprint.add_url_rule("/seller/delivery/listings", view_func=delivery.move_listings, methods=["POST"])
blueprint.add_url_rule(_PROFILE, view_func=delivery.profile, methods=["GET", "POST"])
blueprint.add_url_rule(f"{_PROFILE}/archive", view_func=delivery.archive, methods=["POST"])
blueprint.add_url_rule(f"{_PROFILE}/zones/new", view_func=delivery.new_zone, methods=["GET", "POST"])
blueprint.add_url_rule(_ZONE, view_func=delivery.zone, methods=["GET", "POST"])
blueprint.add_url_rule(f"{_ZONE}/remove", view_func=delivery.remove_zone, methods=["POST"])
blueprint.add_url_rule("/seller/taxes", view_func=taxes.taxes, methods=["GET", "POST"])
blueprint.add_url_rule("/seller/taxes/mode", view_func=taxes.tax_mode, methods=["POST"])
blueprint.add_url_rule("/seller/taxes/end", view_func=taxes.end_rate, methods=["POST"])
blueprint.add_url_rule(
    "/seller/taxes/<int(max=9223372036854775807):rate_id>/keep-on", view_func=taxes.keep_rate_on, methods=["POST"]
)
blueprint.add_url_rule(
    "/seller/taxes/<int(max=9223372036854775807):rate_id>/remove", view_func=taxes.take_back_rate, methods=["POST"]
)
blueprint.add_url_rule("/seller/discounts", view_func=discounts.discounts)
blueprint.add_url_rule("/seller/discounts/new", view_func=discounts.new_discount, methods=["GET", "POST"])
blueprint.add_url_rule(_DISCOUNT, view_func=discounts.discount)
blueprint.add_url_rule(f"{_DISCOUNT}/edit", view_func=discounts.edit_discount, methods=["GET", "POST"])
blueprint.add_url_rule(f"{_DISCOUNT}/move", view_func=discounts.move_discount, methods=["POST"])
blueprint.add_url_rule("/seller/disputes", view_func=disputes.disputes)
blueprint.add_url_rule("/seller/disputes/<number>", view_func=disputes.dispute)
blueprint.add_url_rule("/seller/disputes/<number>/explain/<figure>", view_func=disputes.explain_dispute)
blueprint.add_url_rule("/seller/disputes/<number>/say", view_func=disputes.say, methods=["POST"])
blueprint.add_url_rule("/seller/disputes/<number>/files", view_func=disputes.add_file, methods=["POST"])
blueprint.add_url_rule(
    "/seller/disputes/<number>/files/<int(max=9223372036854775807):file_id>", view_func=disputes.dispute_file
)
blueprint.add_url_rule("/seller/refunds", view_func=refunds.refunds)
blueprint.add_url_rule("/seller/refunds/<number>", view_func=refunds.refund)
blueprint.add_url_rule(
    "/seller/refunds/<number>/pictures/<int(max=9223372036854775807):picture_id>", view_func=refunds.refund_picture
)
blueprint.add_url_rule("/seller/refunds/<number>/explain/<figure>", view_func=refunds.explain_refund)
blueprint.add_url_rule("/seller/shop", view_func=shop_edit.own_shop, methods=["GET", "POST"])
blueprint.add_url_rule("/seller/shop/legal", view_func=shop_edit.legal, methods=["GET", "POST"])
blueprint.add_url_rule("/seller/balance", view_func=balance.balance)
blueprint.add_url_rule("/seller/explain/<pot>/order/<number>", view_func=explain.explain_share)
blueprint.add_url_rule("/seller/payouts", view_func=payouts.payouts)
blueprint.add_url_rule("/seller/payouts/<number>", view_func=payouts.payout)
blueprint.add_url_rule("/seller/payouts/schedule", view_func=payout_schedule.payout_schedule, methods=["GET", "POST"])
blueprint.add_url_rule("/seller/payouts/withdraw", view_func=withdrawing.withdraw, methods=["GET", "POST"])
blueprint.add_url_rule("/seller/payouts/setup", view_func=payout_setup.payout_setup)
blueprint.add_url_rule("/seller/payouts/setup", view_func=payout_setup.start_payout_setup, methods=["POST"])
blueprint.add_url_rule("/seller/payouts/setup/done", view_func=payout_setup.payout_setup_done)
blueprint.add_url_rule("/seller/payouts/setup/again", view_func=payout_setup.payout_setup_again)
blueprint.add_url_rule("/seller/payouts/setup/account", view_func=payout_setup.open_payout_account, methods=["POST"])

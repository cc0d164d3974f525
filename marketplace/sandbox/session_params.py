"""What a new checkout session is made of, checked as Stripe checks it."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from marketplace.sandbox.currencies import check_amount, check_currency, check_precision
from marketplace.sandbox.errors import invalid
from marketplace.sandbox.methods import debit_type
from marketplace.sandbox.store import Work
from marketplace.sandbox.wire import JSON, Reader

SHORTEST_SECONDS = 30 * 60
LONGEST_SECONDS = 24 * 3_600
MOST_LINES = 100
REDISPLAY = ("always", "limited", "unspecified")
_UNSUPPORTED = (
    "after_expiration", "allowed_payment_method_types", "branding_settings", "consent_collection", "custom_fields",
    "customer_account", "customer_update", "discounts", "excluded_payment_method_types", "managed_payments",
    "name_collection", "optional_items", "payment_method_collection", "payment_method_configuration",
    "payment_method_data", "permissions", "redirect_on_completion", "return_url", "shipping_address_collection",
    "shipping_options", "subscription_data", "tax_id_collection", "wallet_options",
)  # fmt: skip
_ONLY_SWITCHED_OFF = ("automatic_tax", "invoice_creation", "phone_number_collection", "adaptive_pricing")


@dataclass(frozen=True)
class Lines:
    """The line items, their currency and their sum in minor units."""

    items: list[JSON]
    currency: str
    total: int


def read_lines(work: Work, params: Reader) -> Lines:
    """Return the line items. Raises ApiError for anything Stripe would refuse."""
    given = params.groups("line_items")
    if not given:
        raise params.lacking("line_items")
    if len(given) > MOST_LINES:
        raise invalid(f"You can have at most {MOST_LINES} line items, this request has {len(given)}.", "line_items")
    items = [_line(work, line) for line in given]
    currencies = {item["currency"] for item in items}
    if len(currencies) > 1:
        raise invalid("All line items must have the same currency.", "line_items")
    total = sum(item["amount_total"] for item in items)
    currency = currencies.pop()
    wanted = params.text("currency", 10)
    if wanted is not None and check_currency(wanted, "currency") != currency:
        raise invalid("The currency of the session and of its line items must be the same.", "currency")
    if total:
        check_amount(total, currency, "line_items")
    return Lines(items, currency, total)


def _line(work: Work, line: Reader) -> JSON:
    line.refuse(("adjustable_quantity", "dynamic_tax_rates", "price", "tax_rates"))
    price, quantity, metadata = (
        line.group("price_data"),
        line.integer("quantity", least=1, most=999_999),
        line.metadata(),
    )
    line.finish()
    if price is None:
        raise line.lacking("price_data")
    if quantity is None:
        raise line.lacking("quantity")
    currency = check_currency(price.required("currency", 10), price.label("currency"))
    unit = price.integer("unit_amount")
    if unit is None:
        raise price.lacking("unit_amount")
    check_precision(unit, currency, price.label("unit_amount"))
    tax_behavior = price.choice("tax_behavior", ("exclusive", "inclusive", "unspecified")) or "unspecified"
    name, note = _product(price)
    amount = unit * quantity
    return {
        "id": work.ids.new("li_"),
        "object": "item",
        "adjustable_quantity": None,
        "amount_discount": 0,
        "amount_subtotal": amount,
        "amount_tax": 0,
        "amount_total": amount,
        "currency": currency,
        "description": name,
        "metadata": metadata,
        "price": _price(work, currency, unit, tax_behavior),
        "quantity": quantity,
        "_note": note,
    }


def _product(price: Reader) -> tuple[str, str | None]:
    """Return the name and the description of what is sold; the rest of the product is read and left."""
    price.refuse(("product", "recurring", "unit_amount_decimal"))
    product = price.group("product_data")
    price.finish()
    if product is None:
        raise price.lacking("product_data")
    name, note = product.required("name", 250), product.text("description", 5000)
    product.texts("images"), product.metadata(), product.raw("tax_code"), product.raw("unit_label")
    product.finish()
    return name, note


def _price(work: Work, currency: str, unit: int, tax_behavior: str) -> JSON:
    return {
        "id": work.ids.new("price_"),
        "object": "price",
        "active": False,
        "billing_scheme": "per_unit",
        "created": work.now,
        "currency": currency,
        "custom_unit_amount": None,
        "livemode": False,
        "lookup_key": None,
        "metadata": {},
        "nickname": None,
        "product": work.ids.new("prod_", 14),
        "recurring": None,
        "tax_behavior": tax_behavior,
        "tiers_mode": None,
        "transform_quantity": None,
        "type": "one_time",
        "unit_amount": unit,
        "unit_amount_decimal": str(unit),
    }


def read_intent_data(params: Reader) -> JSON:
    """Return what the payment intent will get, kept apart from the session's own metadata. Raises ApiError."""
    given = params.group("payment_intent_data") or Reader({}, "payment_intent_data")
    given.refuse(("application_fee_amount", "on_behalf_of", "setup_future_usage", "transfer_data"))
    data = {
        "capture_method": given.choice("capture_method", ("automatic", "automatic_async")) or "automatic_async",
        "description": given.text("description", 1000),
        "metadata": given.metadata(),
        "receipt_email": given.text("receipt_email", 800),
        "shipping": given.raw("shipping"),
        "statement_descriptor": given.text("statement_descriptor", 22),
        "statement_descriptor_suffix": given.text("statement_descriptor_suffix", 22),
        "transfer_group": given.text("transfer_group", 255),
    }
    given.finish()
    return data


def read_expiry(params: Reader, now: int) -> int:
    """Return when the session expires, in virtual Unix seconds. Raises ApiError."""
    wanted = params.integer("expires_at")
    if wanted is None:
        return now + LONGEST_SECONDS
    if wanted < now + SHORTEST_SECONDS:
        raise invalid(
            "The `expires_at` timestamp must be at least 30 minutes from Checkout Session creation.", "expires_at"
        )
    if wanted > now + LONGEST_SECONDS:
        raise invalid(
            "The `expires_at` timestamp must be less than 24 hours from Checkout Session creation.", "expires_at"
        )
    return wanted


def read_methods(params: Reader, currency: str) -> list[str]:
    """Return the payment methods of the session; without a wish it is cards and the currency's bank debit."""
    debit = debit_type(currency)
    wanted = params.texts("payment_method_types")
    for method in wanted or ():
        if method not in ("card", debit):
            raise invalid(
                f"The payment method type {method} is not supported for {currency} by this sandbox.",
                "payment_method_types",
            )
    return wanted or ["card", debit]


def read_saved_options(params: Reader) -> JSON | None:
    """Return which saved methods the page offers, and whether it offers to save another one. Raises ApiError."""
    given = params.group("saved_payment_method_options")
    if given is None:
        return None
    if not params.has("customer") and params.text("customer_creation") != "always":
        raise invalid(
            "You must specify either `customer` or `customer_creation=always` with `saved_payment_method_options`.",
            "saved_payment_method_options",
        )
    filters = given.texts("allow_redisplay_filters")
    for wanted in filters or ():
        if wanted not in REDISPLAY:
            raise invalid(
                f"Invalid allow_redisplay_filters: must be one of {', '.join(REDISPLAY)}",
                "saved_payment_method_options",
            )
    given.refuse(("payment_method_remove",))
    switches = ("disabled", "enabled")
    options = {
        "allow_redisplay_filters": filters or ["always"],
        "payment_method_remove": None,
        "payment_method_save": given.choice("payment_method_save", switches),
    }
    given.finish()
    return options


def read_url(params: Reader, name: str) -> str | None:
    """Return an absolute http(s) URL, or None. Raises ApiError."""
    url = params.text(name, 5000)
    if url is not None:
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.netloc:
            raise invalid("Not a valid URL. URLs must begin with http or https.", name, "url_invalid")
    return url


def refuse_unsupported(params: Reader) -> None:
    """Refuse what Stripe offers and this sandbox does not, instead of leaving it out silently. Raises ApiError."""
    if (params.text("ui_mode") or "hosted_page") not in ("hosted_page", "hosted"):
        raise invalid("This sandbox only supports ui_mode=hosted_page.", "ui_mode")
    params.refuse(_UNSUPPORTED)
    for name in _ONLY_SWITCHED_OFF:
        group = params.group(name)
        if group is not None and group.boolean("enabled"):
            raise invalid(f"This sandbox does not support {name}.", name)
    if params.boolean("allow_promotion_codes"):
        raise invalid("This sandbox does not support promotion codes.", "allow_promotion_codes")


def keep(params: Reader, name: str, default: Any = None) -> Any:
    """Return a setting that only changes how Stripe's page looks; it is kept and shown."""
    value = params.raw(name)
    return default if value in (None, "") else value

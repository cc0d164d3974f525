"""Customers: people a merchant knows by name."""

from marketplace.sandbox import events, saved_methods
from marketplace.sandbox.errors import missing
from marketplace.sandbox.reading import list_objects
from marketplace.sandbox.store import Stored, Work
from marketplace.sandbox.wire import JSON, Reader, merge_metadata

_UNSUPPORTED = (
    "balance", "cash_balance", "payment_method", "source", "tax", "tax_id_data", "test_clock",
    "business_name", "individual_name",
)  # fmt: skip
_TEXTS = {"description": 350, "email": 512, "invoice_prefix": 12, "name": 256, "phone": 20}


def add(work: Work, **given: object) -> Stored:
    """Store a customer with the `given` fields and announce it."""
    data: JSON = {
        **dict.fromkeys(("address", "currency", "default_source", "discount", "shipping", "test_clock", *_TEXTS)),
        "balance": 0,
        "delinquent": False,
        "invoice_prefix": work.ids.new("", 8).upper(),
        "invoice_settings": {
            "custom_fields": None,
            "default_payment_method": None,
            "footer": None,
            "rendering_options": None,
        },
        "livemode": False,
        "metadata": {},
        "next_invoice_sequence": 1,
        "preferred_locales": [],
        "tax_exempt": "none",
    }
    customer = work.add("customer", {**data, **given})
    events.emit(work, "customer.created", customer)
    return customer


def create(work: Work, params: Reader) -> Stored:
    """Create a customer. Raises ApiError."""
    params.refuse(("invoice_settings",))
    given = _read(params)
    metadata = {key: value for key, value in params.metadata().items() if value}
    params.finish()
    return add(work, **given, metadata=metadata)


def retrieve(work: Work, customer_id: str) -> JSON:
    """Return a customer, or the trace a deleted one leaves. Raises ApiError."""
    found = work.get("customer", customer_id)
    if found is None:
        raise missing("customer", customer_id, "id")
    return _deleted(customer_id) if found.private.get("deleted") else found.data


def update(work: Work, customer_id: str, params: Reader) -> Stored:
    """Change a customer. Raises ApiError."""
    customer = saved_methods.alive(work, customer_id, "id")
    given = _read(params)
    settings = saved_methods.default_of(work, customer, params)
    metadata = merge_metadata(customer.data["metadata"], params)
    params.finish()
    changed = {**given, "invoice_settings": settings, "metadata": metadata}
    previous = {name: customer.data[name] for name, value in changed.items() if customer.data[name] != value}
    customer.data |= changed
    work.save(customer)
    if previous:
        events.emit(work, "customer.updated", customer, previous)
    return customer


def delete(work: Work, customer_id: str) -> JSON:
    """Delete a customer; the id stays known. Raises ApiError."""
    customer = saved_methods.alive(work, customer_id, "id")
    saved_methods.take_all(work, customer)
    customer.private["deleted"] = True
    work.save(customer)
    events.emit(work, "customer.deleted", customer)
    return _deleted(customer_id)


def list_customers(work: Work, params: Reader) -> JSON:
    """Return one page of customers, newest first. Raises ApiError."""
    return list_objects(work, "customer", params, "/v1/customers", ("email",))


def _read(params: Reader) -> JSON:
    params.refuse(_UNSUPPORTED)
    given: JSON = {name: params.text(name, most) for name, most in _TEXTS.items() if params.has(name)}
    given |= {name: params.raw(name) or None for name in ("address", "shipping") if params.has(name)}
    if params.has("preferred_locales"):
        given["preferred_locales"] = params.texts("preferred_locales") or []
    if params.has("tax_exempt"):
        given["tax_exempt"] = params.choice("tax_exempt", ("none", "exempt", "reverse")) or "none"
    return given


def _deleted(customer_id: str) -> JSON:
    return {"id": customer_id, "object": "customer", "deleted": True}

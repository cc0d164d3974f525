"""Payment methods that belong to a customer: attached, shown, changed and detached."""

from marketplace.sandbox import events
from marketplace.sandbox.errors import invalid, missing, refused
from marketplace.sandbox.reading import list_objects
from marketplace.sandbox.store import Stored, Work
from marketplace.sandbox.wire import JSON, Reader, merge_metadata

_SHOWN = ("always", "limited", "unspecified")


def attach(work: Work, method: Stored, customer_id: str, *, allow_redisplay: str) -> None:
    """Give a method to a customer; one that is theirs already stays as it is. Its customer's row is locked first."""
    if method.data["customer"] == customer_id:
        return
    method.data |= {"customer": customer_id, "allow_redisplay": allow_redisplay}
    work.save(method)
    events.emit(work, "payment_method.attached", method)


def attach_at_wish(work: Work, method_id: str, params: Reader) -> Stored:
    """Answer a merchant who wants to attach a method: fine for one that is the customer's already. Raises ApiError."""
    customer = alive(work, params.required("customer", 255), "customer")
    params.finish()
    method = _locked(work, method_id)
    owner = method.data["customer"]
    if owner not in (None, customer.id):
        raise refused("The payment method you provided has already been attached to a customer.")
    if owner is None:  # every method here was made on a hosted page, which had its chance to keep it
        raise refused(
            "This PaymentMethod was previously used without being attached to a Customer or was detached from a "
            "Customer, and may not be used again."
        )
    return method


def detach(work: Work, method_id: str, params: Reader) -> Stored:
    """Take a method from its customer for good. Raises ApiError when it is nobody's."""
    params.finish()
    known = work.get("payment_method", method_id)
    if known is None:
        raise missing("payment_method", method_id, "payment_method")
    customer = work.lock("customer", known.data["customer"])
    method = _locked(work, method_id)
    if customer is None or method.data["customer"] is None:
        raise refused("The payment method you provided is not attached to a customer so detachment is impossible.")
    _take(work, customer, method)
    return method


def take_all(work: Work, customer: Stored) -> None:
    """Take every method from a locked customer who is deleted."""
    for known in work.find("payment_method", customer=customer.id):
        _take(work, customer, work.need("payment_method", known.id, lock=True))


def _take(work: Work, customer: Stored, method: Stored) -> None:
    method.data["customer"] = None
    work.save(method)
    events.emit(work, "payment_method.detached", method, {"customer": customer.id})
    settings = customer.data["invoice_settings"]
    if settings["default_payment_method"] == method.id:
        customer.data["invoice_settings"] = {**settings, "default_payment_method": None}
        work.save(customer)
        events.emit(work, "customer.updated", customer, {"invoice_settings": settings})


def update(work: Work, method_id: str, params: Reader) -> Stored:
    """Change what may change of a customer's method: its date, who pays, metadata. Raises ApiError."""
    method = _locked(work, method_id)
    if method.data["customer"] is None:
        raise refused("You must save this PaymentMethod to a customer before you can update it.")
    changed: JSON = {"metadata": merge_metadata(method.data["metadata"], params)}
    if params.has("allow_redisplay"):
        changed["allow_redisplay"] = params.choice("allow_redisplay", _SHOWN)
    card = params.group("card")
    if card is not None:
        changed["card"] = {**method.data["card"], **_date(card)}
    params.refuse(("billing_details", "link", "us_bank_account"))
    params.finish()
    previous = {name: method.data[name] for name, value in changed.items() if method.data[name] != value}
    method.data |= changed
    work.save(method)
    if previous:
        events.emit(work, "payment_method.updated", method, previous)
    return method


def _date(card: Reader) -> JSON:
    month, year = card.integer("exp_month", least=1, most=12), card.integer("exp_year", least=2000, most=2099)
    card.refuse(("networks",))
    card.finish()
    return {name: value for name, value in (("exp_month", month), ("exp_year", year)) if value is not None}


def list_methods(work: Work, params: Reader) -> JSON:
    """Return one page of a customer's methods, newest first; without a customer of all that have one.

    Raises ApiError.
    """
    more: tuple[str, JSON] = ("", {}) if params.has("customer") else (" AND customer IS NOT NULL", {})
    return list_objects(
        work, "payment_method", params, "/v1/payment_methods", ("customer", "type", "allow_redisplay"), more
    )


def list_of_customer(work: Work, customer_id: str, params: Reader) -> JSON:
    """Return one page of the methods of a customer. Raises ApiError."""
    alive(work, customer_id, "customer")
    return list_objects(
        work,
        "payment_method",
        params.adding(customer=customer_id),
        f"/v1/customers/{customer_id}/payment_methods",
        ("customer", "type", "allow_redisplay"),
    )


def one_of_customer(work: Work, customer_id: str, method_id: str) -> Stored:
    """Return one method of a customer. Raises ApiError."""
    method = work.get("payment_method", method_id)
    if method is None or method.data["customer"] != customer_id:
        raise missing("payment_method", method_id, "payment_method")
    return method


def default_of(work: Work, customer: Stored, params: Reader) -> JSON:
    """Return a customer's invoice settings with the default method that is asked for. Raises ApiError."""
    settings: JSON = customer.data["invoice_settings"]
    given = params.group("invoice_settings")
    if given is None:
        return settings
    given.refuse(("custom_fields", "footer", "rendering_options"))
    if not given.has("default_payment_method"):
        given.finish()
        return settings
    wanted = given.text("default_payment_method", 255)
    given.finish()
    method = work.get("payment_method", wanted) if wanted else None
    if wanted and (method is None or method.data["customer"] != customer.id):
        raise invalid(
            f"The customer does not have a payment method with the ID {wanted}. The payment method must be attached to "
            "the customer.",
            "invoice_settings[default_payment_method]",
            "resource_missing",
        )
    return {**settings, "default_payment_method": wanted}


def offered(work: Work, customer_id: str | None, filters: list[str]) -> list[Stored]:
    """Return the cards a hosted page offers to a customer: the default one first, then the newest."""
    customer = work.get("customer", customer_id)
    if customer is None or customer.private.get("deleted"):
        return []
    default = customer.data["invoice_settings"]["default_payment_method"]
    found = work.find("payment_method", customer=customer.id, type="card")[::-1]
    shown = [method for method in found if method.data["allow_redisplay"] in filters]
    return sorted(shown, key=lambda method: method.id != default)


def alive(work: Work, customer_id: str, param: str) -> Stored:
    """Return a customer who is not deleted, locked. Raises ApiError."""
    customer = work.lock("customer", customer_id)
    if customer is None or customer.private.get("deleted"):
        raise missing("customer", customer_id, param)
    return customer


def _locked(work: Work, method_id: str) -> Stored:
    method = work.lock("payment_method", method_id)
    if method is None:
        raise missing("payment_method", method_id, "payment_method")
    return method

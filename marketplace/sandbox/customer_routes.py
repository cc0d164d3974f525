"""The addresses of the API that keep customers and what they pay with."""

from marketplace.sandbox import customers, saved_methods, setup_intents
from marketplace.sandbox.routes import Route, bare, get_one
from marketplace.sandbox.store import Stored, Work
from marketplace.sandbox.wire import Reader


def _one_of_customer(work: Work, params: Reader, customer_id: str, method_id: str) -> Stored:
    params.finish()
    return saved_methods.one_of_customer(work, customer_id, method_id)


TABLE: tuple[Route, ...] = (
    ("POST", "/v1/customers", lambda work, params, _: customers.create(work, params)),
    ("GET", "/v1/customers", lambda work, params, _: customers.list_customers(work, params)),
    ("GET", "/v1/customers/<object_id>", bare(customers.retrieve)),
    ("POST", "/v1/customers/<object_id>", lambda work, params, id: customers.update(work, id, params)),
    ("DELETE", "/v1/customers/<object_id>", bare(customers.delete)),
    (
        "GET",
        "/v1/customers/<object_id>/payment_methods",
        lambda work, params, id: saved_methods.list_of_customer(work, id, params),
    ),
    ("GET", "/v1/customers/<object_id>/payment_methods/<method_id>", _one_of_customer),
    ("GET", "/v1/payment_methods", lambda work, params, _: saved_methods.list_methods(work, params)),
    ("GET", "/v1/payment_methods/<object_id>", get_one("payment_method", "payment_method")),
    ("POST", "/v1/payment_methods/<object_id>", lambda work, params, id: saved_methods.update(work, id, params)),
    (
        "POST",
        "/v1/payment_methods/<object_id>/attach",
        lambda work, params, id: saved_methods.attach_at_wish(work, id, params),
    ),
    ("POST", "/v1/payment_methods/<object_id>/detach", lambda work, params, id: saved_methods.detach(work, id, params)),
    ("GET", "/v1/setup_intents", lambda work, params, _: setup_intents.list_intents(work, params)),
    ("GET", "/v1/setup_intents/<object_id>", get_one("setup_intent", "intent")),
    ("POST", "/v1/setup_intents/<object_id>", lambda work, params, id: setup_intents.update(work, id, params)),
)

"""Nothing is asked of a provider but through the table of calls, and every write carries its key (invariant I25)."""

import ast
from collections.abc import Iterator
from functools import cache

import pytest

from marketplace import jobs
from marketplace.outbound import adopting, requests
from marketplace.outbound.states import CallKind
from tests.architecture.source import Module, assert_holds, found_in, modules

SENDER = "marketplace/outbound/requests.py"
# The port itself; another company's server; and the demo's past, which also plays people at the provider's own pages.
ELSEWHERE = ("marketplace/providers/", "marketplace/sandbox/", "marketplace/demo/")
# The provider's own pages are opened by addresses that work once; making one moves nothing and has no key.
WITHOUT_KEY = {"account_links", "login_links"}
WRITING = {"create", "update", "expire", "close", "cancel", "reverse"}


@cache
def writes() -> frozenset[str]:
    """Return the names of the port's methods that take a key: those that change something at the provider."""
    found = set()
    for module in modules("marketplace/providers"):
        for node in ast.walk(module.tree):
            is_protocol = isinstance(node, ast.ClassDef) and any("Protocol" in ast.dump(base) for base in node.bases)
            if is_protocol:
                found |= {
                    each.name
                    for each in node.body
                    if isinstance(each, ast.FunctionDef) and any(arg.arg == "key" for arg in each.args.kwonlyargs)
                }
    return frozenset(found)


def calls_past_the_table(module: Module) -> Iterator[str]:
    if module.path == SENDER or module.path.startswith(ELSEWHERE):
        return
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in writes():
            has_key = any(keyword.arg in {"key", None} for keyword in node.keywords)
            is_of_port = any(
                isinstance(each, ast.Attribute | ast.Name)
                and (each.attr if isinstance(each, ast.Attribute) else each.id) in {"provider", "providers"}
                for each in ast.walk(node.func.value)
            )
            if is_of_port or (has_key and node.func.attr not in {"create", "submit", "accept"}):
                yield f"{module.at(node)} .{node.func.attr}: only {SENDER} asks a provider to do something"


def writes_without_key(module: Module) -> Iterator[str]:
    if not module.path.startswith("marketplace/providers/stripe"):
        return
    for node in ast.walk(module.tree):
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in WRITING):
            continue
        owner = node.func.value.attr if isinstance(node.func.value, ast.Attribute) else ""
        if owner in WITHOUT_KEY:
            continue
        names = {each.id for each in ast.walk(node) if isinstance(each, ast.Name)}
        if '"idempotency_key"' not in ast.unparse(node).replace("'", '"') and "options" not in names:
            yield f"{module.at(node)} .{node.func.attr}: every write carries its key"


def test_only_the_table_asks_a_provider_to_do_something() -> None:
    assert {"create_checkout", "expire_checkout", "refund", "transfer", "pay_bank", "reverse", "upload"} <= writes()
    assert_holds(calls_past_the_table, "marketplace")


@pytest.mark.covers("S2.32")
def test_every_write_at_stripe_carries_its_key() -> None:
    assert_holds(writes_without_key, "marketplace")


def test_these_checks_can_fail() -> None:
    for bad in (
        "provider.refund(intent_id='pi', amount_minor=5, reference='x', key='k')",
        "providers['stripe'].accounts.create(seller_id=7)",
        "world.provider.transfers.pay_bank(account_id='acct', key='k')",
        "port.create_checkout(request, key='k')",
    ):
        assert found_in(calls_past_the_table, bad) != [], bad
    assert found_in(calls_past_the_table, "provider.get_checkout('cs')\nflows.refund(session, refund_id=7)") == []
    path = "marketplace/providers/stripe.py"
    assert found_in(writes_without_key, "self._client.v1.refunds.create(params)", path) != []
    assert found_in(writes_without_key, "self._client.account_links.create(params)", path) == []


def test_every_kind_of_call_is_sent_looked_up_and_ended() -> None:
    """A kind without one of these could leave a call without an end."""
    assert set(requests._ASKS) == set(CallKind) == set(jobs.OUTCOMES)
    asked = {node.attr for module in modules("marketplace/outbound") if module.path == SENDER
             for node in ast.walk(module.tree) if isinstance(node, ast.Attribute)}  # fmt: skip
    assert writes() <= asked, "a method of the port that no kind of call uses is a way past the table"
    by_own_name = {CallKind.UPLOAD_FILE, CallKind.SUBMIT_EVIDENCE, CallKind.ACCEPT_DISPUTE}
    assert {kind for kind in CallKind if not adopting.can_read(kind)} == by_own_name

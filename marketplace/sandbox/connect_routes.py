"""The addresses of the API for paying sellers and for disputes: what is called for each."""

from flask import request

from marketplace.sandbox import (
    account_links,
    accounts,
    disputes,
    evidence,
    external_accounts,
    payout_schedule,
    payouts,
    reversals,
    transfers,
)  # fmt: skip
from marketplace.sandbox.current import current_sandbox
from marketplace.sandbox.reading import show
from marketplace.sandbox.routes import Route, get_one
from marketplace.sandbox.store import Stored, Work
from marketplace.sandbox.wire import JSON, Reader

FOR_ACCOUNTS = ("/v1/account", "/v1/balance", "/v1/charges", "/v1/events", "/v1/payouts", "/v1/refunds")
"""What may be asked on behalf of a connected account; the rest would be direct charges, which nobody needs here."""


def _base_url() -> str:
    return current_sandbox().settings.base_url


def _merchant() -> str:
    return current_sandbox().settings.merchant_name


def _own(work: Work, params: Reader, _: str) -> JSON:
    params.finish()
    return accounts.retrieve_own(work, _merchant())


def _account(work: Work, params: Reader, account_id: str) -> Stored:
    params.finish()
    return accounts.retrieve(work, account_id)


def _delete(work: Work, params: Reader, account_id: str) -> JSON:
    params.finish()
    return accounts.delete(work, account_id)


def _capability(work: Work, params: Reader, account_id: str, name: str) -> JSON:
    params.finish()
    return accounts.retrieve_capability(work, account_id, name)


def _bank(work: Work, params: Reader, account_id: str, bank_id: str) -> JSON:
    params.finish()
    accounts.retrieve(work, account_id)
    return show(work, external_accounts.retrieve(work, account_id, bank_id))


def _transfer(work: Work, params: Reader, transfer_id: str) -> Stored:
    params.finish()
    return transfers.retrieve(work, transfer_id)


def _reversal(work: Work, params: Reader, transfer_id: str, reversal_id: str) -> Stored:
    params.finish()
    return reversals.retrieve(work, transfer_id, reversal_id)


def _payout(work: Work, params: Reader, payout_id: str) -> Stored:
    params.finish()
    return payouts.retrieve(work, payout_id)


def _upload(work: Work, params: Reader, _: str) -> Stored:
    return evidence.upload(work, params, request.files.get("file"), _base_url())


_A = "/v1/accounts/<object_id>"
_T = "/v1/transfers/<object_id>"
TABLE: tuple[Route, ...] = (
    ("GET", "/v1/account", _own),
    ("POST", "/v1/accounts", lambda work, params, _: accounts.create(work, params, _merchant())),
    ("GET", "/v1/accounts", lambda work, params, _: accounts.list_accounts(work, params)),
    ("GET", _A, _account),
    ("POST", _A, lambda work, params, id: accounts.update(work, id, params)),
    ("DELETE", _A, _delete),
    ("POST", f"{_A}/reject", lambda work, params, id: accounts.reject(work, id, params)),
    ("POST", f"{_A}/unreject", lambda work, params, id: accounts.unreject(work, id, params)),
    ("GET", f"{_A}/capabilities", lambda work, params, id: accounts.list_capabilities(work, id, params)),
    ("GET", f"{_A}/capabilities/<part>", _capability),
    ("POST", f"{_A}/capabilities/<part>", lambda work, p, id, part: accounts.update_capability(work, id, part, p)),
    ("POST", f"{_A}/external_accounts", lambda work, params, id: external_accounts.create(work, id, params)),
    ("GET", f"{_A}/external_accounts", lambda work, params, id: external_accounts.list_external(work, id, params)),
    ("GET", f"{_A}/external_accounts/<part>", _bank),
    ("POST", f"{_A}/external_accounts/<part>", lambda w, p, id, part: external_accounts.update(w, id, part, p)),
    ("DELETE", f"{_A}/external_accounts/<part>", lambda w, p, id, part: external_accounts.delete(w, id, part, p)),
    ("POST", f"{_A}/login_links", lambda work, p, id: account_links.create_login(work, id, p, _base_url())),
    ("POST", "/v1/account_links", lambda work, params, _: account_links.create(work, params, _base_url())),
    ("POST", "/v1/transfers", lambda work, params, _: transfers.create(work, params)),
    ("GET", "/v1/transfers", lambda work, params, _: transfers.list_transfers(work, params)),
    ("GET", _T, _transfer),
    ("POST", _T, lambda work, params, id: transfers.update(work, id, params)),
    ("POST", f"{_T}/reversals", lambda work, params, id: reversals.create(work, id, params)),
    ("GET", f"{_T}/reversals", lambda work, params, id: reversals.list_reversals(work, id, params)),
    ("GET", f"{_T}/reversals/<part>", _reversal),
    ("POST", f"{_T}/reversals/<part>", lambda work, p, id, part: reversals.update(work, id, part, p)),
    ("POST", "/v1/payouts", lambda work, params, _: payouts.create(work, params)),
    ("GET", "/v1/payouts", lambda work, params, _: payouts.list_payouts(work, params)),
    ("GET", "/v1/payouts/<object_id>", _payout),
    ("POST", "/v1/payouts/<object_id>", lambda work, params, id: payouts.update(work, id, params)),
    ("POST", "/v1/payouts/<object_id>/cancel", lambda work, params, id: payouts.cancel(work, id, params)),
    ("GET", "/v1/disputes", lambda work, params, _: disputes.list_disputes(work, params)),
    ("GET", "/v1/disputes/<object_id>", get_one("dispute", "dispute")),
    ("POST", "/v1/disputes/<object_id>", lambda work, params, id: evidence.update(work, id, params)),
    ("POST", "/v1/disputes/<object_id>/close", lambda work, params, id: disputes.close(work, id, params)),
    ("GET", "/v1/radar/early_fraud_warnings", lambda work, params, _: disputes.list_warnings(work, params)),
    ("GET", "/v1/radar/early_fraud_warnings/<object_id>", get_one("radar.early_fraud_warning", "early_fraud_warning")),
    ("POST", "/v1/files", _upload),
    ("GET", "/v1/files", lambda work, params, _: evidence.list_files(work, params)),
    ("GET", "/v1/files/<object_id>", get_one("file", "file")),
    ("GET", "/v1/balance_settings", lambda work, params, _: payout_schedule.retrieve_settings(work, params)),
    ("POST", "/v1/balance_settings", lambda work, params, _: payout_schedule.update_settings(work, params)),
)

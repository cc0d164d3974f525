"""Disputes at Stripe (https://docs.stripe.com/api/disputes), through the client and the caller of providers/stripe."""

from collections.abc import Callable, Mapping
from datetime import datetime
from io import BytesIO
from typing import Any

from marketplace.errors import NotFound
from marketplace.media.storing import FileStore
from marketplace.providers import stripe_objects as objects
from marketplace.providers.base import Refused, Unknown
from marketplace.providers.disputes import ProviderDispute, ProviderFile, ProviderWarning

_INQUIRY = "warning_"
"""How the status of an inquiry begins (reference section 7)."""


class StripeDisputes:
    """The port's disputes; `call` turns the SDK's errors into the port's, `files` keeps the files of evidence."""

    def __init__(self, client: Any, call: Callable[[Callable[[], Any]], Any], files: FileStore) -> None:
        self._files = files
        self._api = client.v1
        self._call = call

    def get(self, dispute_id: str) -> ProviderDispute:
        """Read a dispute again; its balance transactions come with it."""
        return dispute(self._call(lambda: self._api.disputes.retrieve(dispute_id)))

    def get_warning(self, warning_id: str) -> ProviderWarning:
        """Read an early fraud warning again."""
        found = objects.as_dict(self._call(lambda: self._api.radar.early_fraud_warnings.retrieve(warning_id)))
        return ProviderWarning(
            warning_id=found["id"],
            charge_id=str(objects.reference(found, "charge")),
            intent_id=objects.reference(found, "payment_intent"),
            fraud_type=found["fraud_type"],
        )

    def upload(self, *, stored_name: str, name: str, key: str) -> ProviderFile:
        """Upload evidence (https://docs.stripe.com/api/files/create)."""
        try:
            with self._files.open(stored_name) as file:
                content = BytesIO(file.read())
        except NotFound as error:
            raise Refused("file_missing", "The file is not there any more.") from error
        except OSError as error:
            raise Unknown(f"The store of files did not answer: {error}") from error
        content.name = name  # where the SDK looks for it
        params = {"purpose": "dispute_evidence", "file": content}
        return _file(self._call(lambda: self._api.files.create(params, {"idempotency_key": key})))

    def find_upload(self, name: str, *, since: datetime) -> ProviderFile | None:
        """Look through the evidence uploaded since `since` for the file of that name."""
        params = {"purpose": "dispute_evidence", "created": {"gte": int(since.timestamp()) - 60}, "limit": 100}
        listed = self._call(lambda: self._api.files.list(params))
        files = map(_file, listed.auto_paging_iter())
        found: ProviderFile | None = self._call(lambda: next((file for file in files if file.name == name), None))
        return found

    def submit(self, dispute_id: str, *, evidence: Mapping[str, str], key: str) -> ProviderDispute:
        """Submit the evidence; Stripe takes it once (https://docs.stripe.com/disputes/responding)."""
        params = {"evidence": dict(evidence), "submit": True}
        return dispute(self._call(lambda: self._api.disputes.update(dispute_id, params, {"idempotency_key": key})))

    def accept(self, dispute_id: str, *, key: str) -> ProviderDispute:
        """Close the dispute as lost (https://docs.stripe.com/api/disputes/close)."""
        return dispute(self._call(lambda: self._api.disputes.close(dispute_id, {}, {"idempotency_key": key})))


def dispute(source: Any) -> ProviderDispute:
    """Return a Dispute."""
    found = objects.as_dict(source)
    card = (found.get("payment_method_details") or {}).get("card") or {}
    details = found["evidence_details"]
    return ProviderDispute(
        dispute_id=found["id"],
        charge_id=str(objects.reference(found, "charge")),
        intent_id=objects.reference(found, "payment_intent"),
        # Not the case type alone: it is missing for methods that are no card.
        is_inquiry=found["status"].startswith(_INQUIRY) or card.get("case_type") == "inquiry",
        status=found["status"],
        reason=found["reason"],
        network_code=card.get("network_reason_code"),
        amount_minor=found["amount"],
        currency=found["currency"].upper(),
        due_by=objects.moment(details["due_by"]) if details.get("due_by") else None,
        submissions=details.get("submission_count") or 0,
        lines=tuple(objects.balance_line(line) for line in found["balance_transactions"]),
    )


def _file(source: Any) -> ProviderFile:
    found = objects.as_dict(source)
    return ProviderFile(found["id"], found.get("filename") or "")

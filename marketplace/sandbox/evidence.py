"""Evidence against a dispute: put together, submitted once, and the files it refers to."""

import base64
from io import BytesIO

from werkzeug.datastructures import FileStorage

from marketplace.sandbox import disputes, events
from marketplace.sandbox.errors import invalid, missing, refused
from marketplace.sandbox.reading import list_objects
from marketplace.sandbox.store import Stored, Work
from marketplace.sandbox.wire import JSON, Reader, merge_metadata

LONGEST_TEXT = 20_000
LONGEST_EVIDENCE = 150_000
LARGEST_FILE_BYTES = 5 * 1024 * 1024
DECISION_SECONDS = 3_600
"""How soon the bank decides when a magic word tells it how, in virtual seconds."""
UNDECIDED_SECONDS = 60 * 86_400
"""How soon it decides otherwise; then it keeps the money."""
_OUTCOMES = {"winning_evidence": "won", "losing_evidence": "lost", "escalate_inquiry_evidence": "escalate"}
"""Stripe's magic words for `uncategorized_text` (docs.stripe.com/testing#evidence)."""
_TYPES = {
    "pdf": "application/pdf", "jpg": "image/jpeg", "jpeg": "image/jpeg", "png": "image/png", "csv": "text/csv",
}  # fmt: skip
"""By the ending of the name: the SDK sends every file as application/octet-stream."""
_PURPOSES = ("dispute_evidence", "identity_document", "additional_verification", "business_logo")


def update(work: Work, dispute_id: str, params: Reader) -> Stored:
    """Change the evidence or the metadata of a dispute, and submit it unless told not to. Raises ApiError."""
    dispute, _ = disputes.lock_with_charge(work, dispute_id)
    group = params.group("evidence")
    given = _read(work, group) if group else {}
    submit = params.boolean("submit")
    metadata = merge_metadata(dispute.data["metadata"], params)
    params.choice("intended_submission_method", ("manual", "prefer_manual", "prefer_smart_disputes", "smart_disputes"))
    params.finish()
    submitting = submit or (submit is None and bool(given))
    if given or submitting:
        _check_open(dispute)
    before = {"metadata": dispute.data["metadata"], "evidence": {}}
    evidence = {**dispute.data["evidence"], **given}
    if sum(len(text) for text in evidence.values() if isinstance(text, str)) > LONGEST_EVIDENCE:
        raise invalid(f"The evidence can have at most {LONGEST_EVIDENCE} characters in all.", "evidence")
    before["evidence"] = {name: value for name, value in dispute.data["evidence"].items() if evidence[name] != value}
    dispute.data |= {"evidence": evidence, "metadata": metadata}
    dispute.data["evidence_details"]["has_evidence"] = any(evidence.get(name) for name in disputes.EVIDENCE)
    changed = {name: value for name, value in before.items() if value != dispute.data[name] and value != {}}
    if submitting:
        changed |= _submit(work, dispute)
    work.save(dispute)
    events.emit(work, "charge.dispute.updated", dispute, changed)
    return dispute


def _check_open(dispute: Stored) -> None:
    if dispute.data["status"] in disputes.CLOSED:
        raise refused("This dispute is already closed.")
    if dispute.data["evidence_details"]["past_due"]:
        raise refused("The deadline for submitting evidence has passed.")
    if dispute.data["status"] not in disputes.ASKING:
        raise refused("Evidence for this dispute has already been submitted.")


def _read(work: Work, group: Reader) -> JSON:
    given: JSON = {}
    for name, kind in disputes.EVIDENCE.items():
        if group.has(name):
            value = group.text(name, LONGEST_TEXT)
            if kind == "file" and value and work.get("file", value) is None:
                raise missing("file upload", value, group.label(name), 400)
            given[name] = value
    for name in ("enhanced_evidence", "appeal"):
        group.raw(name)
    group.finish()
    return given


def _submit(work: Work, dispute: Stored) -> JSON:
    """Hand the evidence to the bank; the magic words say how it will decide."""
    details = dispute.data["evidence_details"]
    before = {"submission_count": details["submission_count"], "submission_method": details["submission_method"]}
    details |= {"submission_count": details["submission_count"] + 1, "submission_method": "manual"}
    inquiry = dispute.data["status"].startswith("warning_")
    outcome = _OUTCOMES.get((dispute.data["evidence"]["uncategorized_text"] or "").strip(), "")
    if inquiry and outcome != "escalate":
        outcome = "warning_closed"
    dispute.private["outcome"] = outcome or "lost"
    wait = DECISION_SECONDS if outcome else UNDECIDED_SECONDS
    work.unplan("dispute_due", dispute.id)
    work.plan("dispute_decided", dispute.id, work.now + wait)
    changed = disputes.set_status(work, dispute, "warning_under_review" if inquiry else "under_review")
    return changed | {"evidence_details": before}


def upload(work: Work, params: Reader, sent: FileStorage | None, base_url: str) -> Stored:
    """Keep an uploaded file and return what is known of it. Raises ApiError."""
    purpose = params.choice("purpose", _PURPOSES)
    params.raw("file_link_data")
    params.finish()
    if purpose is None:
        raise params.lacking("purpose")
    if sent is None:
        raise params.lacking("file")
    buffer = BytesIO(sent.read(LARGEST_FILE_BYTES + 1))
    size = len(buffer.getvalue())
    if not 0 < size <= LARGEST_FILE_BYTES:
        raise invalid(f"A file must have between 1 and {LARGEST_FILE_BYTES} bytes.", "file")
    name = (sent.filename or "").replace("\\", "/").rpartition("/")[2]
    kind = name.rpartition(".")[2].lower()
    if kind not in _TYPES:
        raise invalid("The file must be a PDF, JPEG, PNG or CSV.", "file")
    data = {
        "expires_at": None,
        "filename": name[-200:],
        "links": None,
        "purpose": purpose,
        "size": size,
        "title": None,
        "type": "jpg" if kind == "jpeg" else kind,
        "url": None,
    }
    stored = work.add("file", data, {"bytes": base64.b64encode(buffer.getvalue()).decode(), "mimetype": _TYPES[kind]})
    links = {"object": "list", "data": [], "has_more": False, "url": f"/v1/file_links?file={stored.id}"}
    stored.data |= {"links": links, "url": f"{base_url}/v1/files/{stored.id}/contents"}
    work.save(stored)
    return stored


def contents(work: Work, file_id: str) -> tuple[bytes, str]:
    """Return the bytes of an uploaded file and their type. Raises ApiError."""
    stored = work.get("file", file_id)
    if stored is None:
        raise missing("file upload", file_id, "file")
    return base64.b64decode(stored.private["bytes"]), str(stored.private["mimetype"])


def list_files(work: Work, params: Reader) -> JSON:
    """Return one page of uploaded files, newest first. Raises ApiError."""
    return list_objects(work, "file", params, "/v1/files", ("purpose",))

"""The invoices of disputed orders as evidence: what the buyer was billed, as the bank can read it."""

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue

from marketplace import clock
from marketplace.disputes import case_queries, flows
from marketplace.disputes import page_queries as disputes
from marketplace.disputes.evidence_rules import EvidenceFile
from marketplace.disputes.page_queries import DisputeRow
from marketplace.errors import Conflict
from marketplace.invoices import queries
from marketplace.invoices.queries import Side
from marketplace.language import gettext as _
from marketplace.providers.disputes import EVIDENCE_FOLDER
from marketplace.web import guards, invoice_page, lists, uploads


@guards.admin_only
def add_invoices(number: str) -> ResponseReturnValue:
    """Add the invoice of each order of the disputed payment to the evidence, those that are not there yet."""
    row, viewer_id = disputes.dispute(lists.number(number)), guards.viewer().user_id
    try:
        added = _add(row, viewer_id)
    except Conflict as error:
        flash(error.message, "wait")
    else:
        flash(
            _("The invoice is added.") if added else _("No invoice is missing among the files."),
            "ok" if added else "info",
        )
    return redirect(url_for("admin.dispute", number=row.number), code=303)


def _add(row: DisputeRow, viewer_id: int) -> int:
    there = {file.file_name for file in case_queries.files_of(row.id)}
    wanted = [
        each for share in case_queries.shares_of(row.id) for each in queries.invoice_numbers_of(share.order_number)
    ]
    missing = [each for each in wanted if f"{each}.pdf" not in there]
    for each in missing:
        found = queries.document(each, Side.ADMIN, viewer_id)
        flows.keep_file(
            invoice_page.pdf(found),
            user_id=viewer_id,
            is_admin=True,
            dispute_id=row.id,
            kind=EvidenceFile.RECEIPT,
            file_name=f"{each}.pdf",
            store=uploads.store(EVIDENCE_FOLDER),
            now=clock.now(),
        )
    return len(missing)

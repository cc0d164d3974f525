"""Every document of everybody, and whether their numbers, contents and sums are right."""

from dataclasses import dataclass

from flask import render_template, url_for
from flask.typing import ResponseReturnValue

from marketplace import clock
from marketplace.invoices import queries
from marketplace.invoices.queries import Side
from marketplace.language import gettext as _
from marketplace.language import ngettext
from marketplace.numerals import number_text
from marketplace.reconciliation import invoice_checks
from marketplace.web import guards, invoice_list, invoice_page, lists
from marketplace.web.console import Console, admin_console
from marketplace.web.explaining import Crumb
from marketplace.web.pages import sentence, time_text
from marketplace.web.stored_words import as_read
from marketplace.web.wording import Badge


@dataclass(frozen=True, slots=True)
class CheckRow:
    """One check and what it found."""

    title: str
    badge: Badge
    wrong: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CheckPage:
    """What templates/invoices/check.html shows."""

    title: str
    console: Console
    crumbs: tuple[Crumb, ...]
    note: str
    agrees: bool
    summary: str
    rows: tuple[CheckRow, ...]


@guards.admin_only
def invoices() -> ResponseReturnValue:
    """List all documents, newest first, found by number, order or the recipient's e-mail address."""
    return invoice_list.show(Side.ADMIN, guards.viewer().user_id, admin_console("invoices"))


@guards.admin_only
def invoice(number: str) -> ResponseReturnValue:
    """Show one document with its hash; an admin's look is not its recipient's."""
    viewer_id = guards.viewer().user_id
    found = queries.document(lists.number(number), Side.ADMIN, viewer_id)
    page = invoice_page.build(found, Side.ADMIN, viewer_id, admin_console("invoices"))
    return render_template("invoices/document.html", page=page)


@guards.admin_only
def invoice_pdf(number: str) -> ResponseReturnValue:
    """Return one document for print."""
    return invoice_page.pdf_response(queries.document(lists.number(number), Side.ADMIN, guards.viewer().user_id))


@guards.admin_only
def invoice_check() -> ResponseReturnValue:
    """Check all numbers, hashes and sums now, and show what is wrong."""
    report = invoice_checks.check_invoices()
    wrong = sum(len(found.wrong) for found in report.found)
    page = CheckPage(
        title=_("Check of the invoices"),
        console=admin_console("invoices"),
        crumbs=(Crumb(_("Invoices"), url_for("admin.invoices")),),
        note=ngettext(
            "%(count)s document in %(series)s number series, looked at %(at)s.",
            "%(count)s documents in %(series)s number series, looked at %(at)s.",
            report.documents,
            count=number_text(report.documents),
            series=report.series,
            at=time_text(clock.now()),
        ),
        agrees=not wrong,
        summary=_("Every number, hash and sum is right.")
        if not wrong
        else _("%(count)s found that are wrong.", count=wrong),
        rows=tuple(
            CheckRow(
                as_read(sentence(found.check)),
                Badge(_("%(count)s wrong", count=len(found.wrong)), "bad") if found.wrong else Badge(_("Right"), "ok"),
                found.wrong,
            )
            for found in report.found
        ),
    )
    return render_template("invoices/check.html", page=page)

"""Files of listings: all of them as one to take away, and such a file taken in: how far it is, what was wrong in it."""

from dataclasses import dataclass

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_wtf.file import FileField

from marketplace import clock
from marketplace.catalog import import_flows, import_queries
from marketplace.catalog.import_parsing import COLUMNS, LARGEST_FILE_BYTES, SAMPLE
from marketplace.catalog.import_queries import FaultRow, ImportRow
from marketplace.errors import Invalid
from marketplace.language import Text, texts
from marketplace.language import gettext as _
from marketplace.money import Money
from marketplace.numerals import number_text
from marketplace.web import guards, lists, uploads
from marketplace.web.auth.forms import blame
from marketplace.web.console import Console, seller_console
from marketplace.web.forms import Form
from marketplace.web.order_parts import Fact
from marketplace.web.pages import decimal, time_text
from marketplace.web.wording import Badge

_SEPARATORS = (Text("commas"), Text("semicolons"), Text("tabs"))
"""As the rows of imports say them."""
_SHOWN = 200
_ALL = 100_000
_FAULT_COLUMNS = texts("Line", "Key", "Column", "Reason")
_HINT = Text("CSV, at most 5 MB and 10,000 rows. UTF-8 is best.")


class ImportForm(Form):
    """A file of listings."""

    file = FileField(Text("Your file"), description=_HINT, render_kw={"accept": ".csv,text/csv,text/plain"})


@dataclass(frozen=True, slots=True)
class ImportLine:
    """One file in the list of the last ones."""

    name: str
    url: str
    when: str
    rows: str
    badge: Badge


@dataclass(frozen=True, slots=True)
class ImportingPage:
    """What templates/seller/import.html shows."""

    title: str
    console: Console
    export_url: str
    columns: str
    sample_columns: tuple[str, ...]
    sample: tuple[tuple[str, ...], ...]
    """How variants are written, in the columns that matter for them."""
    latest: tuple[ImportLine, ...]


@dataclass(frozen=True, slots=True)
class ImportPage:
    """What templates/seller/import_progress.html shows; `done` is in whole per cent."""

    title: str
    console: Console
    badge: Badge
    note: str
    is_under_way: bool
    rows_done: int
    rows_total: int
    progress: str
    facts: tuple[Fact, ...]
    faults: tuple[FaultRow, ...]
    faults_note: str
    csv_url: str


@guards.seller_only
def export() -> ResponseReturnValue:
    """Return all of the seller's listings as a file that can be taken in again."""
    rows = ([_cell(value) for value in row] for row in import_queries.exported(guards.viewer().user_id))
    return lists.csv_file("listings", COLUMNS, rows)


@uploads.takes_files
@guards.seller_only
def import_listings() -> ResponseReturnValue:
    """Ask for a file of listings, or take one in."""
    form = ImportForm(None)
    if request.method == "GET":
        return _show(form)
    sent = request.files.get("file")
    try:
        content = sent.stream.read(LARGEST_FILE_BYTES + 1) if sent else b""
        name, seller_id = (sent.filename if sent else None) or "", guards.viewer().user_id
        import_id = import_flows.begin(content, name, seller_id=seller_id, now=clock.now())
    except Invalid as error:
        blame(form, error)
        return _show(form, 422)
    flash(_("Your file is being taken in."), "ok")
    return redirect(url_for("seller.listing_import", import_id=import_id), code=303)


@guards.seller_only
def listing_import(import_id: int) -> ResponseReturnValue:
    """Show how far a file of the seller's is and which rows were not taken, or those as a file."""
    row = import_queries.one(import_id, guards.viewer().user_id)
    if request.args.get("format") == "csv":
        every = import_queries.faults(import_id, most=_ALL)
        cells = ((each.line, each.key, each.column, _(each.reason) if each.reason else "") for each in every)
        return lists.csv_file("rows-not-taken", _FAULT_COLUMNS, cells)
    faults = tuple(import_queries.faults(import_id, most=_SHOWN))
    page = ImportPage(
        title=_("Import of %(file)s", file=row.file_name),
        console=seller_console("listings"),
        badge=_badge(row),
        note=_(
            "Sent %(when)s. Read as %(encoding)s, separated by %(separator)s.",
            when=time_text(row.sent_at),
            encoding=row.encoding,
            separator=_(row.separator),
        ),
        is_under_way=row.finished_at is None,
        rows_done=row.rows_done,
        rows_total=row.rows_total,
        progress=_("%(done)s of %(total)s rows", done=number_text(row.rows_done), total=number_text(row.rows_total)),
        facts=(
            Fact(_("New listings"), number_text(row.created)),
            Fact(_("Changed"), number_text(row.changed)),
            Fact(_("As they were"), number_text(row.same)),
            Fact(_("Not taken"), number_text(row.bad)),
        ),
        faults=faults,
        faults_note=_(
            "The first %(shown)s of %(all)s. The file has all of them.", shown=_SHOWN, all=number_text(row.bad)
        )
        if row.bad > len(faults)
        else "",
        csv_url=url_for("seller.listing_import", import_id=import_id, format="csv") if row.bad else "",
    )
    return render_template("seller/import_progress.html", page=page)


def _show(form: ImportForm, status: int = 200) -> ResponseReturnValue:
    page = ImportingPage(
        title=_("Import listings"),
        console=seller_console("listings"),
        export_url=url_for("seller.export"),
        columns=", ".join(COLUMNS),
        sample_columns=SAMPLE[0],
        sample=tuple(tuple(map(_, cells)) for cells in SAMPLE[1:]),
        latest=tuple(map(_line, import_queries.latest(guards.viewer().user_id))),
    )
    return render_template("seller/import.html", page=page, form=form), status


def _line(row: ImportRow) -> ImportLine:
    url = url_for("seller.listing_import", import_id=row.import_id)
    return ImportLine(row.file_name, url, time_text(row.sent_at), number_text(row.rows_total), _badge(row))


def _badge(row: ImportRow) -> Badge:
    if row.finished_at is None:
        return Badge(_("Being taken in"), "wait")
    return (
        Badge(_("%(number)s not taken", number=number_text(row.bad)), "bad") if row.bad else Badge(_("Taken in"), "ok")
    )


def _cell(value: str | int | Money) -> object:
    return decimal(value.minor, value.currency) if isinstance(value, Money) else value

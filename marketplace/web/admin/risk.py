"""Fraud checks: the payments that wait for an admin's look, and all that were assessed (S4.16)."""

from dataclasses import dataclass
from functools import partial

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue

from marketplace.language import gettext as _
from marketplace.language import texts
from marketplace.paging import Sort, every
from marketplace.risk import queries
from marketplace.risk.queries import RiskRow, RiskTab, Sought
from marketplace.risk.rules import Rule
from marketplace.risk.states import RiskLevel
from marketplace.web import guards, lists
from marketplace.web.admin import risk_words
from marketplace.web.admin.events import Menu, Option
from marketplace.web.console import Console, admin_console
from marketplace.web.lists import Tab, Tools
from marketplace.web.pages import decimal, money_text, time_text
from marketplace.web.wording import Badge

_CSV_COLUMNS = texts(
    "Payment", "Settled (UTC)", "Buyer", "E-mail", "Currency", "Amount", "Score", "Level", "Signs", "Status",
    "Decided by", "Decided (UTC)", "Why", "Charged back",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class ListedRisk:
    """One assessed payment in the list."""

    title: str
    note: str
    url: str
    score: str
    badges: tuple[Badge, ...]
    signs: str
    amount: str
    explain_url: str
    when: str


@dataclass(frozen=True, slots=True)
class RisksPage:
    """What templates/admin/risks.html shows."""

    title: str
    console: Console
    tabs: tuple[Tab, ...]
    tab_label: str
    text: str
    menus: tuple[Menu, ...]
    rows: tuple[ListedRisk, ...]
    tools: Tools
    list_url: str
    figures_url: str


@guards.admin_only
def risks() -> ResponseReturnValue:
    """List the assessed payments of a tab; what waits longest first."""
    tab, text = lists.choice(RiskTab, "tab") or RiskTab.WAITING, lists.search_text()
    level, rule = lists.choice(RiskLevel, "level"), lists.choice(Rule, "rule")
    is_disputed = request.args.get("disputed") == "yes"
    times = (Sort.OLDEST, Sort.NEWEST) if tab is RiskTab.WAITING else lists.BY_TIME
    asked = lists.asked(
        *times,
        Sort.LARGEST,
        Sort.SMALLEST,
        tab="" if tab is RiskTab.WAITING else tab.value,
        level=level.value if level else "",
        rule=rule.value if rule else "",
        disputed="yes" if is_disputed else "",
        q=text,
    )
    sought = Sought(tab, text, level, rule, is_disputed, asked.period)
    read = partial(queries.assessments, sought)
    if asked.is_csv:
        return lists.csv_file("risk", _CSV_COLUMNS, map(_csv_row, every(read, asked.cursor)))
    listed, counts = read(asked.cursor), queries.counts(sought)
    page = RisksPage(
        title=_("Fraud checks"),
        console=admin_console("risk"),
        tabs=tuple(
            Tab(each.label, asked.url(tab="" if each is RiskTab.WAITING else each.value), each is tab, counts[each])
            for each in RiskTab
        ),
        tab_label=tab.label,
        text=text,
        menus=_menus(sought),
        rows=tuple(_row(row) for row in listed.rows),
        tools=asked.tools(listed, _chips(sought)),
        list_url=url_for("admin.risks"),
        figures_url=url_for("admin.risk_figures"),
    )
    return render_template("admin/risks.html", page=page)


def _menus(sought: Sought) -> tuple[Menu, ...]:
    """Return the filters beside the search; each stands in the form under its name."""
    disputed = (Option("", _("All"), not sought.is_disputed), Option("yes", _("Charged back"), sought.is_disputed))
    return (
        Menu(
            "level",
            _("Level"),
            (
                Option("", _("All"), sought.level is None),
                *(Option(each.value, each.label, each is sought.level) for each in RiskLevel),
            ),
        ),
        Menu(
            "rule",
            _("Sign"),
            (
                Option("", _("All"), sought.rule is None),
                *(Option(each.value, each.label, each is sought.rule) for each in Rule),
            ),
        ),
        Menu("disputed", _("Bank"), disputed),
    )


def _chips(sought: Sought) -> dict[str, str]:
    return {
        "q": _("Search: %(text)s", text=sought.text),
        "level": str(sought.level.label) if sought.level else "",
        "rule": str(sought.rule.label) if sought.rule else "",
        "disputed": _("Charged back"),
    }


def _row(row: RiskRow) -> ListedRisk:
    return ListedRisk(
        title=_("Payment %(number)s", number=row.payment_id),
        note=row.buyer_name,
        url=url_for("admin.risk_payment", payment_id=row.payment_id),
        score=risk_words.score_text(row),
        badges=risk_words.badges(row),
        signs=", ".join(map(risk_words.rule_label, row.fired)) or _("None"),
        amount=money_text(row.amount_minor, row.currency),
        explain_url=url_for("admin.explain_payment", payment_id=row.payment_id, figure="amount"),
        when=time_text(row.settled_at),
    )


def _csv_row(row: RiskRow) -> tuple[object, ...]:
    what = (row.currency, decimal(row.amount_minor, row.currency), row.score, row.level.label)
    signs = ", ".join(map(risk_words.rule_label, row.fired))
    decided = (row.status.label if row.status else "", row.decided_by or "", row.decided_at, row.reason or "")
    is_back = _("yes") if row.is_disputed else _("no")
    return (row.payment_id, row.settled_at, row.buyer_name, row.buyer_email, *what, signs, *decided, is_back)

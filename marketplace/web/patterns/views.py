"""Every component with sample data, for those who build pages. The demo shows it to all, production to admins."""

from dataclasses import dataclass

from flask import current_app, render_template, url_for
from flask.typing import ResponseReturnValue

from marketplace.errors import NotFound
from marketplace.web import charts, guards
from marketplace.web.auth import qr
from marketplace.web.auth.forms import RegisterForm
from marketplace.web.auth.qr import QrCode
from marketplace.web.charts import BarChart, Point


@dataclass(frozen=True)
class PatternsPage:
    """What templates/patterns.html shows beside its own samples."""

    title: str
    picture_url: str
    form: RegisterForm
    form_with_errors: RegisterForm
    chart: BarChart
    qr_code: QrCode


def patterns() -> ResponseReturnValue:
    """Show every component once."""
    viewer = guards.current_viewer()
    if not (current_app.extensions["settings"].demo or (viewer is not None and viewer.is_admin)):
        raise NotFound("This page does not exist.")
    wrong = RegisterForm(formdata=None)
    wrong.validate()
    picture = url_for("static", filename="favicon.svg")
    points = [Point(f"{day} Nov", day * day * 100, note=f"{day} orders") for day in range(1, 31)]
    chart = charts.bar_chart("Sales per day", points, "USD", amount_head="Sales")
    page = PatternsPage("Patterns", picture, RegisterForm(formdata=None), wrong, chart, qr.drawn("https://example.com"))
    return render_template("patterns.html", page=page)

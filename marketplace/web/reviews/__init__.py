"""The URL table of reviews: a shop's, one of them, writing and answering one."""

from flask import Blueprint

from marketplace.web.reviews import reading, writing

blueprint = Blueprint("reviews", __name__)
_REVIEW = "/reviews/<int(max=9223372036854775807):review_id>"
_LINE = "/orders/lines/<int(max=9223372036854775807):order_line_id>/review"

blueprint.add_url_rule("/s/<slug>/reviews", view_func=reading.of_shop)
blueprint.add_url_rule(_REVIEW, view_func=reading.review)
blueprint.add_url_rule(f"{_REVIEW}/answer", view_func=writing.answer, methods=["POST"])
blueprint.add_url_rule(f"{_REVIEW}/report", view_func=writing.report)
blueprint.add_url_rule(f"{_REVIEW}/report/send", view_func=writing.send_report, methods=["POST"])
blueprint.add_url_rule(_LINE, view_func=writing.write)
blueprint.add_url_rule(f"{_LINE}/send", view_func=writing.send, methods=["POST"])

"""What people are told of messages, reviews and reports, in words."""

from flask import url_for

from marketplace.notifications.queries import Told
from marketplace.web.buyer.told_words import Words

_DECIDED = {
    "left": "We have looked and left it as it is.",
    "hidden": "We have hidden it.",
    "stopped": "We have hidden it, and who wrote it can't write to others now.",
}


def _waits(told: Told) -> Words:
    facts = told.facts
    title = {
        "question_asked": f"{facts['from']} asks about {facts['about']}",
        "question_answered": f"{facts['from']} has answered",
        "message_received": f"A message from {facts['from']}",
    }[told.kind.value]
    text = "Answer soon: who asks wants to buy." if told.kind.value == "question_asked" else f"{facts['about']}."
    return Words("message-square", title, text, _conversation(facts["conversation"]), "Read it")


def _report_received(told: Told) -> Words:
    facts = told.facts
    url = url_for("admin.report", report_id=facts["report"])
    return Words("flag", f"Report {facts['number']} waits", f"{facts['reason']}.", url, "Look at it")


def _report_decided(told: Told) -> Words:
    facts = told.facts
    title, text = f"Your report {facts['number']} is decided", _DECIDED[facts["decision"]]
    return Words("flag", title, f"{text} The reason: {facts['note']}", _where(told), "See it")


def _hidden(told: Told) -> Words:
    facts = told.facts
    title = f"What you wrote about {facts['about']} was hidden"
    stop = " You can't write to others at the moment." if facts["decision"] == "stopped" else ""
    return Words("circle-alert", title, f"The reason: {facts['note']}{stop}", _where(told), "See it")


def _review_received(told: Told) -> Words:
    facts = told.facts
    stars = "1 star" if facts["stars"] == 1 else f"{facts['stars']} stars"
    text = f"Order {facts['order']}: {stars}. You can answer once, below it."
    return Words("star", f"A review of {facts['about']}", text, _review(facts["review"]), "Read it")


def _review_answered(told: Told) -> Words:
    facts = told.facts
    title = f"{facts['shop']} has answered your review"
    return Words("star", title, f"Order {facts['order']}.", _review(facts["review"]), "Read it")


def _review(review_id: int) -> str:
    return url_for("reviews.review", review_id=review_id)


def _where(told: Told) -> str:
    """Return where what was reported stands: a review on the order's page or the list of reports, words where said."""
    if told.facts["subject"] == "review":
        is_author = told.kind.value == "review_hidden"
        return url_for("buyer.order", number=told.facts["order"]) if is_author else url_for("buyer.notifications")
    return _conversation(told.facts["url_id"])


def _conversation(conversation_id: int) -> str:
    return url_for("messages.conversation", conversation_id=conversation_id)


WORDS = {
    **dict.fromkeys(("message_received", "question_asked", "question_answered"), _waits),
    "report_received": _report_received,
    "report_decided": _report_decided,
    "message_hidden": _hidden,
    "review_hidden": _hidden,
    "review_received": _review_received,
    "review_answered": _review_answered,
}

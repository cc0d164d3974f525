"""What people are told of messages, reviews and reports, in words."""

from flask import url_for

from marketplace.language import Text, ngettext
from marketplace.language import gettext as _
from marketplace.notifications.queries import Told
from marketplace.web.buyer.told_words import Words
from marketplace.web.stored_words import about_text, as_read

_DECIDED = {
    "left": Text("We have looked and left it as it is."),
    "hidden": Text("We have hidden it."),
    "stopped": Text("We have hidden it, and who wrote it can't write to others now."),
}


def _waits(told: Told) -> Words:
    facts = told.facts
    title = {
        "question_asked": _("%(sender)s asks about %(about)s", sender=facts["from"], about=about_text(facts["about"])),
        "question_answered": _("%(sender)s has answered", sender=facts["from"]),
        "message_received": _("A message from %(sender)s", sender=facts["from"]),
    }[told.kind.value]
    text = (
        _("Answer soon: who asks wants to buy.")
        if told.kind.value == "question_asked"
        else f"{about_text(facts['about'])}."
    )
    return Words("message-square", title, text, _conversation(facts["conversation"]), _("Read it"))


def _report_received(told: Told) -> Words:
    facts = told.facts
    url = url_for("admin.report", report_id=facts["report"])
    return Words(
        "flag",
        _("Report %(number)s waits", number=facts["number"]),
        f"{as_read(facts['reason'])}.",
        url,
        _("Look at it"),
    )


def _report_decided(told: Told) -> Words:
    facts = told.facts
    title, text = _("Your report %(number)s is decided", number=facts["number"]), _DECIDED[facts["decision"]]
    why = _("The reason: %(reason)s", reason=facts["note"])
    return Words("flag", title, f"{text} {why}", _where(told), _("See it"))


def _hidden(told: Told) -> Words:
    facts = told.facts
    title = _("What you wrote about %(about)s was hidden", about=about_text(facts["about"]))
    text = _("The reason: %(reason)s", reason=facts["note"])
    if facts["decision"] == "stopped":
        text += " " + _("You can't write to others at the moment.")
    return Words("circle-alert", title, text, _where(told), _("See it"))


def _review_received(told: Told) -> Words:
    facts = told.facts
    text = ngettext(
        "Order %(order)s: %(stars)s star. You can answer once, below it.",
        "Order %(order)s: %(stars)s stars. You can answer once, below it.",
        facts["stars"],
        order=facts["order"],
        stars=facts["stars"],
    )
    return Words(
        "star",
        _("A review of %(about)s", about=about_text(facts["about"])),
        text,
        _review(facts["review"]),
        _("Read it"),
    )


def _review_answered(told: Told) -> Words:
    facts = told.facts
    title = _("%(shop)s has answered your review", shop=facts["shop"])
    return Words("star", title, _("Order %(order)s.", order=facts["order"]), _review(facts["review"]), _("Read it"))


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

"""The URL table of messages: the inbox, conversations, asking a seller, reporting, blocking."""

from flask import Blueprint

from marketplace.web.messages import blocking, inbox, reporting, talk

blueprint = Blueprint("messages", __name__)
_TALK = "/messages/<int(max=9223372036854775807):conversation_id>"

blueprint.add_url_rule("/messages", view_func=inbox.inbox)
blueprint.add_url_rule(_TALK, view_func=talk.conversation)
blueprint.add_url_rule(f"{_TALK}/write", view_func=talk.write, methods=["POST"])
blueprint.add_url_rule(f"{_TALK}/files/<int(max=9223372036854775807):file_id>", view_func=talk.file)
blueprint.add_url_rule(f"{_TALK}/report", view_func=reporting.report)
blueprint.add_url_rule(f"{_TALK}/report/send", view_func=reporting.send_report, methods=["POST"])
blueprint.add_url_rule(f"{_TALK}/block", view_func=blocking.ask_block)
blueprint.add_url_rule(f"{_TALK}/block/confirm", view_func=blocking.block, methods=["POST"])
blueprint.add_url_rule(f"{_TALK}/unblock", view_func=blocking.unblock, methods=["POST"])
blueprint.add_url_rule("/account/blocked", view_func=blocking.blocked)
blueprint.add_url_rule("/messages/order/<number>", view_func=talk.about_order)
blueprint.add_url_rule("/messages/order/<number>", view_func=talk.write_about_order, methods=["POST"])
blueprint.add_url_rule("/messages/listing/<slug>", view_func=talk.about_listing)
blueprint.add_url_rule("/messages/listing/<slug>", view_func=talk.ask, methods=["POST"])

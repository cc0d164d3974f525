"""The URL tables of mail: what people choose, the link that turns mails off, and in demo mode the inbox."""

from flask import Blueprint

from marketplace.web.mails import inbox, preferences, unsubscribing

blueprint = Blueprint("mails", __name__)
blueprint.add_url_rule("/account/notifications", view_func=preferences.preferences)
blueprint.add_url_rule("/account/notifications", view_func=preferences.choose, methods=["POST"])

# Mail programs POST without a form token (RFC 8058); the token in the address is signed and says all there is to say.
unsubscribe_blueprint = Blueprint("unsubscribing", __name__)
unsubscribe_blueprint.add_url_rule("/unsubscribe/<token>", view_func=unsubscribing.ask)
unsubscribe_blueprint.add_url_rule("/unsubscribe/<token>", view_func=unsubscribing.unsubscribe, methods=["POST"])

inbox_blueprint = Blueprint("inbox", __name__)
inbox_blueprint.add_url_rule("/dev/mail", view_func=inbox.inbox)
inbox_blueprint.add_url_rule("/dev/mail/<name>", view_func=inbox.mail)
inbox_blueprint.add_url_rule("/dev/mail/<name>/html", view_func=inbox.html)
inbox_blueprint.add_url_rule("/dev/mail/<name>/files/<int(max=99):place>", view_func=inbox.file)

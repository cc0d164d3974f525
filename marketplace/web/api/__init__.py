"""The URL table of what programs ask as JSON, and of the pages that tell them how.

The same operations and the same eyes as the pages. Who asks is said by a token, or by a session's cookie: then what
changes something carries the session's form token, as the field csrf_token or in the header X-CSRFToken.
"""

from flask import Blueprint

from marketplace.web import admins_second_step
from marketplace.web.api import answers, docs, roots
from marketplace.web.api.operation import answering
from marketplace.web.api.table import OPERATIONS

blueprint = Blueprint("api", __name__)
answers.register(blueprint)
admins_second_step.refuse(blueprint)

for each in OPERATIONS:
    blueprint.add_url_rule(
        roots.VERSION + each.path, endpoint=each.name, view_func=answering(each), methods=[each.method]
    )
blueprint.add_url_rule("/api/openapi.json", view_func=docs.openapi)

pages_blueprint = Blueprint("api_docs", __name__)
admins_second_step.lead(pages_blueprint)
pages_blueprint.add_url_rule("/api/docs", view_func=docs.docs)
pages_blueprint.add_url_rule("/api/docs/<operation>", view_func=docs.operation)
pages_blueprint.add_url_rule("/api/docs/<operation>", view_func=docs.try_operation, methods=["POST"])

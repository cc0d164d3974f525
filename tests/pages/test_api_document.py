"""The document and the views say the same: requests made from the one are answered by the other as it says."""

from itertools import count

import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import Case, GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi import checks

from tests import builders_methods as cards
from tests.builders import World
from tests.builders_api import program

# What the rules say beyond the shapes is no fault of the document: a code of no discount is a 422 as well.
_KEPT = [
    not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_schema_conformance,
]
_BOUNDED = settings(
    max_examples=1,
    deadline=None,
    database=None,
    derandomize=True,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)


def test_what_the_document_promises_is_kept(world: World) -> None:
    bought = world.paid_purchase(10_000)
    world.settle_down()
    [(number,)] = world.rows('SELECT number FROM "order"')
    saved = cards.save(world, bought.buyer_id)
    world.put_in_cart(bought.buyer_id, world.listing(world.seller("Otto Other"), 500))
    [(line_id,)] = world.rows("SELECT id FROM cart_line")
    headers = {"Authorization": f"Bearer {program(world, bought.buyer_id).token}"}
    own = {"number": number, "payment_id": bought.payment_id, "wallet_id": bought.buyer_id, "method_id": saved}
    own, codes, tries = {**own, "line_id": line_id}, set[int](), count()
    schema = schemathesis.openapi.from_wsgi("/api/openapi.json", world.app)

    def keeps(case: Case) -> None:
        if next(tries) % 2:
            # Half of the requests are about what there is.
            case.path_parameters.update({name: own[name] for name in case.path_parameters})
        with world.app.app_context():
            answer = case.call(headers=headers)
        codes.add(answer.status_code)
        case.validate_response(answer, checks=_KEPT)

    for found in schema.get_all_operations():
        for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE):
            cases = found.ok().as_strategy(generation_mode=mode)
            _BOUNDED(given(case=cases)(keeps))()
    assert {200, 404, 409, 422} <= codes
    assert next(tries) >= 66

"""Where a provider's messages arrive: verified, stored, applied. No session, no CSRF token, no detail in a refusal."""

import structlog
from flask import current_app, request
from flask.typing import ResponseReturnValue
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.exceptions import RequestEntityTooLarge

from marketplace import clock
from marketplace.provider_events import flows, refusals, rules
from marketplace.provider_events.states import Endpoint, RefusalCause
from marketplace.providers import paypal_signatures
from marketplace.providers.base import BadSignature, Unknown
from marketplace.web.providers import providers

log = structlog.get_logger()

_BODY_LIMIT = 256 * 1024


def stripe() -> ResponseReturnValue:
    """Take one event from Stripe (stripe-reference 9.1): 400 for what Stripe did not sign, 2xx once it is stored."""
    return _take("stripe", Endpoint.OURS, request.headers.get("Stripe-Signature", ""))


def stripe_connect() -> ResponseReturnValue:
    """Take one event about a seller's account, signed with this endpoint's own secret; otherwise as above."""
    return _take("stripe", Endpoint.ACCOUNTS, request.headers.get("Stripe-Signature", ""))


def paypal() -> ResponseReturnValue:
    """Take one event from PayPal, signed for our webhook; 503 while its certificate can't be had: it comes again."""
    return _take("paypal", Endpoint.PAYPAL, paypal_signatures.joined(request.headers.get))


def _take(name: str, endpoint: Endpoint, signature: str) -> ResponseReturnValue:
    provider = providers()[name]
    try:
        request.max_content_length = _BODY_LIMIT
        body = request.get_data(cache=False)
        event = provider.read_event(
            body,
            signature,
            now_seconds=clock.system_seconds(),
            about_accounts=endpoint is Endpoint.ACCOUNTS,
        )
    except Unknown as error:
        log.warning("webhook not verified", provider=name, because=str(error))
        return {"status": "not verified yet"}, 503
    except (BadSignature, RequestEntityTooLarge) as error:
        cause = _cause(error, signature)
        log.warning("webhook refused", provider=name, bytes=request.content_length, cause=cause.value)
        _count(endpoint, cause)
        return {"status": "refused"}, 400
    settings, now = current_app.extensions["settings"], clock.now()
    kept = {name: value for name in rules.KEPT_HEADERS if (value := request.headers.get(name))}
    flows.receive(event, body, provider=provider, settings=settings, now=now, headers=kept)
    return {"status": "success"}


def _count(endpoint: Endpoint, cause: RefusalCause) -> None:
    try:
        refusals.count(endpoint, cause, system_now=clock.system_now())
    except SQLAlchemyError:
        # What is refused is refused, whether or not it can be counted.
        log.exception("refusal not counted")


def _cause(error: Exception, signature: str) -> RefusalCause:
    if isinstance(error, RequestEntityTooLarge):
        return RefusalCause.TOO_LARGE
    return RefusalCause.NOT_VERIFIED if signature else RefusalCause.UNSIGNED

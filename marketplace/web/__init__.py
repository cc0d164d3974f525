"""The web door: everything that knows Flask. Blueprints are audiences; each is a URL table, views and forms."""

import functools

from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix

from marketplace.config import Settings
from marketplace.web import (
    assets,
    drawing,
    errors,
    guards,
    headers,
    logs,
    pages,
    providers,
    reading_language,
    recent,
    shown_viewer,
    templating,
)
from marketplace.web.admin import blueprint as admin
from marketplace.web.api import blueprint as api
from marketplace.web.api import pages_blueprint as api_docs
from marketplace.web.api import roots
from marketplace.web.auctions import blueprint as auctions
from marketplace.web.auth import blueprint as auth
from marketplace.web.buyer import blueprint as buyer
from marketplace.web.cart import blueprint as cart
from marketplace.web.checkout import blueprint as checkout
from marketplace.web.credits import blueprint as credits_pages
from marketplace.web.demo import blueprint as demo
from marketplace.web.live import blueprint as live
from marketplace.web.live import hub
from marketplace.web.mails import blueprint as mails
from marketplace.web.mails import inbox_blueprint as inbox
from marketplace.web.mails import letters
from marketplace.web.mails import unsubscribe_blueprint as unsubscribing
from marketplace.web.messages import blueprint as messages
from marketplace.web.patterns import blueprint as patterns
from marketplace.web.probes import blueprint as probes
from marketplace.web.reviews import blueprint as reviews
from marketplace.web.saved import blueprint as saved
from marketplace.web.seller import blueprint as seller
from marketplace.web.shop import blueprint as shop
from marketplace.web.webhooks import blueprint as webhooks


def register(app: Flask, settings: Settings) -> None:
    """Attach the blueprints, guards, headers, error pages and template globals to `app`."""
    logs.register(settings)
    app.jinja_environment = templating.HouseEnvironment
    # Flask looks into every function it calls, eleven for a page, for whether it is asynchronous. None is.
    app.ensure_sync = functools.cache(app.ensure_sync)  # type: ignore[method-assign]
    if settings.trusted_proxies:
        hops = settings.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)  # type: ignore[method-assign]
    reading_language.register(app)
    guards.register(app, settings)
    shown_viewer.register(app)
    headers.register(app, settings)
    pages.register(app, settings)
    assets.register(app)
    drawing.register(app)
    errors.register(app)
    providers.register(app, settings)
    recent.register(app, settings)
    letters.register(app, settings)
    roots.register(app)
    hub.register(app)
    people = (auth, cart, checkout, credits_pages, buyer, saved, seller, messages, reviews, live, admin)
    for blueprint in (shop, auctions, *people, api, api_docs, patterns, probes, webhooks):
        app.register_blueprint(blueprint)
    for blueprint in (mails, unsubscribing, *((demo, inbox) if settings.demo else ())):
        app.register_blueprint(blueprint)
    guards.exempt_from_csrf(webhooks)
    guards.exempt_from_csrf(unsubscribing)

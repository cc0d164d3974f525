"""Who plays: buyers, sellers and admins of the shop's own making, each with a browser that is signed in."""

import re
import secrets
from dataclasses import dataclass, field
from http.cookies import SimpleCookie
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from marketplace import clock, db
from marketplace.accounts import operations as accounts
from marketplace.accounts.operations import Device
from marketplace.web import guards

PASSWORD = "a simulated password"  # noqa: S105  # of people who exist in a simulation only
CODES = ("HOUSE10", "ONASAVES", "LASTONE")
"""Discount codes: of the marketplace, of a seller, and one that can be used once."""
_TOKEN = re.compile(r'name="csrf_token"[^>]*value="([^"]+)"')
_INPUT = re.compile(r'<input[^>]*name="%s"[^>]*value="([^"]*)"|<input[^>]*value="([^"]*)"[^>]*name="%s"')


@dataclass(frozen=True)
class Answer:
    """What the shop answered."""

    status: int
    location: str
    text: str

    def hidden(self, name: str) -> str:
        """Return the value of an input of the page, '' when there is none of that name."""
        pattern = _INPUT.pattern % (name, name)
        found = re.search(pattern, self.text)
        return next((group for group in found.groups() if group is not None), "") if found else ""


@dataclass
class Person:
    """Somebody at a browser. The cookie never changes, so that no request depends on an earlier one's flash."""

    user_id: int
    name: str
    cookie: str = field(repr=False)
    csrf: str = field(repr=False)
    client: FlaskClient = field(repr=False)

    def get(self, path: str) -> Answer:
        """Open a page."""
        with self.client.application.app_context():  # each request has a `g` of its own, as in production
            return _answer(self.client.get(path, headers={"Cookie": self.cookie}))

    def post(self, path: str, **form: Any) -> Answer:
        """Send a form."""
        form = {name: value for name, value in form.items() if value is not None} | {"csrf_token": self.csrf}
        with self.client.application.app_context():
            return _answer(self.client.post(path, data=form, headers={"Cookie": self.cookie}))


def sign_in(app: Flask, user_id: int, name: str) -> Person:
    """Return a person who is signed in as the form does it once the password is right."""
    token, device = secrets.token_urlsafe(32), Device("127.0.0.1", "a simulated browser")
    db.atomic(accounts.open_session, (), user_id=user_id, token=token, device=device, now=clock.system_now())
    with app.test_request_context():
        guards.start_session(token)
        answer = app.process_response(app.response_class())
    cookie = _cookie(answer.headers["Set-Cookie"])
    client = app.test_client(use_cookies=False)
    with app.app_context():
        page = client.get("/account/security", headers={"Cookie": cookie})
    found = _TOKEN.search(page.get_data(as_text=True))
    if found is None:
        raise RuntimeError("the page of one's own account has no form")
    # The page has written the form token's other half into the cookie.
    cookie = _cookie(page.headers.get("Set-Cookie", "")) or cookie
    return Person(user_id, name, cookie, found.group(1), client)


def _cookie(header: str) -> str:
    return "; ".join(f"{name}={morsel.value}" for name, morsel in SimpleCookie(header).items())


def _answer(response: TestResponse) -> Answer:
    text = response.get_data(as_text=True)
    return Answer(response.status_code, response.headers.get("Location", ""), text)

"""A forgotten password, from the sign-in page through the mail to signing in again; and a new address confirmed."""

import re
from collections.abc import Callable
from dataclasses import replace

import pytest
from playwright.sync_api import expect

from marketplace import clock, posting
from marketplace.inbox.storing import Keeper
from tests.builders import World
from tests.e2e.soundness import unsound
from tests.e2e.visitor import Visitor
from tests.mail_servers import mail_server

pytestmark = [pytest.mark.e2e, pytest.mark.parametrize("javascript", [True, False], ids=["script", "no-script"])]
_NEW = "tyre kicker number 9"


def deliver(shop: World) -> None:
    """Let the mail job run once to the demo's inbox, as its worker would within five seconds."""
    known = shop.app.extensions
    with mail_server(Keeper(shop.settings.var_dir / "mail")) as port:
        settings = replace(
            known["settings"],
            smtp_host="127.0.0.1",
            smtp_port=port,
            smtp_security="none",
            mail_from="hello@tandem.example",
        )
        posting.run(settings, write=known["mail_writer"], now=shop.now, system_now=clock.system_now())


def follow_mail(visitor: Visitor, subject: str) -> None:
    """Open the newest mail of this subject in the demo's inbox and follow its link."""
    visitor.open("/dev/mail")
    visitor.follow(subject)
    visitor.title_is(subject)
    found = re.search(r"https?://[^/\s]+(/(?:reset|verify)/[\w-]{43,})", visitor.main.inner_text())
    assert found, "the text of the mail has the link"
    visitor.open(found[1])


def is_sound(visitor: Visitor, *, javascript: bool) -> None:
    """Let axe read the page; where scripts are off it can't run."""
    assert not javascript or not unsound(visitor.page), visitor.page.url


def test_a_forgotten_password_is_chosen_anew(shop: World, visit: Callable[..., Visitor], *, javascript: bool) -> None:
    # Given somebody who can't sign in
    user_id = shop.person()
    [(email,)] = shop.rows('SELECT email FROM "user" WHERE id = %s', user_id)
    deliver(shop)
    visitor = visit()
    visitor.open("/login")

    # When they ask for a link, follow it from the mail and choose a new password
    visitor.follow("Forgot your password?")
    visitor.title_is("Forgot your password?")
    is_sound(visitor, javascript=javascript)
    visitor.page.get_by_label("E-mail").fill(str(email))
    visitor.press("Send me a link")
    visitor.title_is("Look in your mail")
    is_sound(visitor, javascript=javascript)
    deliver(shop)
    follow_mail(visitor, "Choose a new password")
    visitor.title_is("Choose a new password")
    expect(visitor.page).to_have_url(re.compile("/reset/new$"))
    is_sound(visitor, javascript=javascript)
    visitor.page.get_by_label("New password").fill(_NEW)
    visitor.press("Change password")

    # Then it lets them in, and the link does nothing any more
    visitor.title_is("Sign in")
    visitor.sees("Your password is changed. Sign in with the new one.")
    visitor.page.get_by_label("E-mail").fill(str(email))
    visitor.page.get_by_label("Password").fill(_NEW)
    visitor.press("Sign in")
    visitor.open("/account/security")
    visitor.title_is("Security")


def test_a_new_address_is_confirmed_from_the_mail(
    shop: World, visit: Callable[..., Visitor], *, javascript: bool
) -> None:
    # Given somebody who has just registered
    deliver(shop)
    visitor = visit()
    visitor.open("/register")
    for label, text in (("Your name", "Ann Bell"), ("E-mail", "ann@example.com"), ("Password", _NEW)):
        visitor.page.get_by_label(label).fill(text)
    visitor.press("Create account")
    visitor.sees("Welcome. Your account is ready.")
    visitor.open("/account")
    visitor.sees("Confirm your e-mail address: open the link in the mail we have sent you.")
    is_sound(visitor, javascript=javascript)

    # When they follow the link of the mail and press the button
    deliver(shop)
    follow_mail(visitor, "Confirm your e-mail address")
    visitor.title_is("Confirm your e-mail address")
    is_sound(visitor, javascript=javascript)
    visitor.press("Yes, it is mine")

    # Then nothing reminds them any more
    visitor.open("/account")
    visitor.is_complete()
    visitor.sees_not("Confirm your e-mail address")
    visitor.open("/verify")
    visitor.title_is("Your e-mail address is confirmed")
    is_sound(visitor, javascript=javascript)

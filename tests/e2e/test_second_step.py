"""Two-step sign-in before a browser, with scripts and without; and a passkey, with the browser's own authenticator."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import CDPSession, expect

from tests.builders import PASSWORD, World
from tests.builders_factors import Phone, with_phone
from tests.e2e.soundness import unsound
from tests.e2e.visitor import Visitor

pytestmark = pytest.mark.e2e
BOTH = pytest.mark.parametrize("javascript", [True, False], ids=["script", "no-script"])


def is_sound(visitor: Visitor, *, javascript: bool = True) -> None:
    """Let axe read the page; where scripts are off it can't run."""
    assert not javascript or not unsound(visitor.page), visitor.page.url


def sign_in(visitor: Visitor, user_id: int) -> None:
    """Type e-mail and password on the sign-in page."""
    [(email,)] = visitor.world.rows('SELECT email FROM "user" WHERE id = %s', user_id)
    visitor.page.get_by_label("E-mail").fill(str(email))
    visitor.page.get_by_label("Password").fill(PASSWORD)
    visitor.press("Sign in")


def enter(visitor: Visitor, code: str, button: str = "Sign in") -> None:
    visitor.page.get_by_role("textbox", name="Code").fill(code)
    visitor.press(button)


@BOTH
def test_an_app_is_set_up_and_asked_for(shop: World, visit: Callable[..., Visitor], *, javascript: bool) -> None:
    # Given somebody who wants more than a password
    user_id = shop.person()
    visitor = visit(user_id)
    visitor.open("/account/security")
    visitor.main.get_by_role("link", name="Set up", exact=True).click()
    visitor.title_is("Two-step sign-in")
    visitor.follow("Set up an app")
    visitor.page.get_by_label("Your password").fill(PASSWORD)
    visitor.press("Go on")

    # When they scan the secret and enter what their app shows
    visitor.title_is("Set up an app")
    expect(visitor.main.get_by_role("img", name="QR code with the secret for your app")).to_be_visible()
    is_sound(visitor, javascript=javascript)
    phone = Phone(visitor.main.locator("[data-copy]").inner_text().replace(" ", ""))
    enter(visitor, "000000", "Turn two-step sign-in on")
    visitor.sees("This code is not right, or it was used already.")
    enter(visitor, phone.code(steps=-1), "Turn two-step sign-in on")
    visitor.title_is("Your recovery codes")
    is_sound(visitor, javascript=javascript)
    recovery = visitor.main.locator(".recovery-codes code").all_inner_texts()
    assert len(recovery) == 10
    visitor.follow("I have kept them")
    visitor.sees("10 recovery codes are left.", "Two-step sign-in was turned on")

    # Then another browser is asked for a code after the password, and comes where it wanted to be
    other = visit()
    other.open("/orders")
    sign_in(other, user_id)
    other.title_is("Enter a code")
    is_sound(other, javascript=javascript)
    enter(other, "000 000")
    other.sees("This code is not right, or it was used already.")
    is_sound(other, javascript=javascript)
    enter(other, phone.code())
    other.title_is("Orders")

    # And a recovery code does where the phone is not at hand
    third = visit()
    third.open("/login")
    sign_in(third, user_id)
    enter(third, recovery[0])
    expect(third.page.locator("h1")).not_to_have_text("Enter a code")
    third.open("/account/security/two-step")
    third.sees("9 recovery codes are left.", "A recovery code was used")


@BOTH
def test_it_is_turned_off_with_password_and_code(
    shop: World, visit: Callable[..., Visitor], *, javascript: bool
) -> None:
    user_id = shop.person()
    phone = with_phone(user_id)
    visitor = visit(user_id)
    visitor.open("/account/security/two-step")
    is_sound(visitor, javascript=javascript)
    visitor.follow("Turn it off")
    visitor.page.get_by_label("Your password").fill(PASSWORD)
    enter(visitor, phone.recovery_codes[0], "Turn it off")
    visitor.sees("Two-step sign-in is off.")
    other = visit()
    other.open("/login")
    sign_in(other, user_id)
    expect(other.page.locator("h1")).not_to_have_text("Enter a code")


@pytest.fixture
def by_name(shop: World) -> Iterator[str]:
    """The shop under a name: browsers make no passkeys for 127.0.0.1."""
    extensions = shop.app.extensions
    before = extensions["settings"]
    origin = f"http://localhost:{urlsplit(before.base_url).port}"
    extensions["settings"] = replace(before, base_url=origin)
    yield origin
    extensions["settings"] = before


@pytest.fixture
def visitor(visit: Callable[..., Visitor]) -> Visitor:
    """Somebody who is not signed in yet."""
    return visit()


@pytest.fixture
def device(visitor: Visitor) -> Iterator[tuple[CDPSession, str]]:
    """Their device with a lock that is always opened: the way to it, and its name."""
    session = visitor.page.context.new_cdp_session(visitor.page)
    session.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
    }
    yield session, session.send("WebAuthn.addVirtualAuthenticator", {"options": options})["authenticatorId"]
    session.send("WebAuthn.disable")
    session.detach()


def test_a_passkey_is_made_and_signs_in(
    shop: World, visitor: Visitor, device: tuple[CDPSession, str], by_name: str
) -> None:
    # Given somebody with a device that makes passkeys
    user_id = shop.person()
    visitor.open(f"{by_name}/login")
    sign_in(visitor, user_id)
    expect(visitor.page.locator("h1")).not_to_have_text("Sign in")

    # When they add one
    visitor.open(f"{by_name}/account/security")
    visitor.follow("Add a passkey")
    is_sound(visitor)
    visitor.page.get_by_label("Name").fill("My laptop")
    visitor.page.get_by_label("Your password").fill(PASSWORD)
    visitor.press("Go on")
    visitor.sees("It will be called “My laptop”.")
    expect(visitor.page.get_by_text("Passkeys need JavaScript")).to_be_hidden()
    is_sound(visitor)
    visitor.press("Make the passkey")
    visitor.title_is("Security")
    visitor.sees("The passkey “My laptop” signs you in from now on.", "Not used yet.")
    is_sound(visitor)
    session, name = device
    assert len(session.send("WebAuthn.getCredentials", {"authenticatorId": name})["credentials"]) == 1

    # Then it signs them in without a password, and again in place of the code
    visitor.page.context.clear_cookies()
    visitor.open(f"{by_name}/orders")
    visitor.title_is("Sign in")
    is_sound(visitor)
    visitor.press("Sign in with a passkey")
    visitor.title_is("Orders")
    with_phone(user_id)
    visitor.page.context.clear_cookies()
    visitor.open(f"{by_name}/login")
    sign_in(visitor, user_id)
    visitor.title_is("Enter a code")
    visitor.press("Use a passkey")
    expect(visitor.page.locator("h1")).not_to_have_text("Enter a code")
    visitor.open(f"{by_name}/account/security")
    visitor.sees("Last used")


def test_a_device_without_a_passkey_says_so(visitor: Visitor, device: tuple[CDPSession, str], by_name: str) -> None:
    session, name = device
    session.send("WebAuthn.setUserVerified", {"authenticatorId": name, "isUserVerified": False})
    visitor.open(f"{by_name}/login")
    visitor.press("Sign in with a passkey")
    visitor.title_is("Sign in with a passkey")
    expect(visitor.page.get_by_role("alert")).to_have_text(
        "No passkey was used. Try again, or sign in with your password."
    )
    is_sound(visitor)
    visitor.follow("Sign in with your password")
    visitor.title_is("Sign in")


@pytest.mark.parametrize("javascript", [False], ids=["no-script"])
def test_without_scripts_the_passkey_page_leads_to_the_password(
    shop: World, visit: Callable[..., Visitor], *, javascript: bool
) -> None:
    assert not javascript
    visitor = visit()
    visitor.open("/login")
    visitor.press("Sign in with a passkey")
    visitor.sees("Passkeys need JavaScript, and your browser runs none here. Sign in with your password.")
    visitor.press("Use a passkey")
    visitor.title_is("Sign in")
    sign_in(visitor, shop.person())
    expect(visitor.page.locator("h1")).not_to_have_text("Sign in")

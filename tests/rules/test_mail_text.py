"""The text of a mail comes from its HTML; headers hold one line whatever they are given."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketplace.config import ConfigurationError, load
from marketplace.errors import Invalid
from marketplace.mails.plain_text import text_of
from marketplace.mails.rules import header_text, wire_address

HTML = """<html><head><title>Not this</title><style>.a { color: red }</style></head><body>
<div class="preheader">Nor <b>this</b></div>
<h1>You paid $5.00</h1><p>Hello &amp; thank
you,</p><h2>Order</h2>
<table><tr><th>Lamp <span>(less $1.00)</span></th><td>$5.00</td></tr><tr><th>Total</th><td>$5.00</td></tr></table>
<p>1 Main Street<br>Springfield</p><p><a href="https://x.example/?a=1&amp;b=2">See it</a></p></body></html>"""
ENVIRONMENT = {
    "DATABASE_URL": "postgresql://shop@db.example.com/shop",
    "SECRET_KEY": "one",
    "STRIPE_SECRET_KEY": "sk_test_abcdefgh",
    "STRIPE_WEBHOOK_SECRET": "whsec_abcdefgh",
}


def test_the_text_says_what_the_html_says() -> None:
    assert text_of(HTML) == (
        "You paid $5.00\n==============\n\nHello & thank you,\n\nOrder\n-----\n\n"
        "Lamp (less $1.00): $5.00\nTotal: $5.00\n\n1 Main Street\nSpringfield\n\n"
        "See it: https://x.example/?a=1&b=2\n"
    )


@given(st.text())
def test_a_header_is_one_line(text: str) -> None:
    line = header_text(text)
    assert line.isprintable()
    assert len(line) <= 180


@pytest.mark.parametrize("address", ["", "nobody", "@x.example", "a b@x.example", "a@x.example\r\nBcc: all@x.example"])
def test_what_is_no_address_is_refused(address: str) -> None:
    with pytest.raises(Invalid):
        wire_address(address)


@pytest.mark.parametrize("address", ["a@" + "x" * 70 + ".example", "a@x..example"])
def test_a_name_no_server_has_is_refused(address: str) -> None:
    with pytest.raises(Invalid):
        wire_address(address)


@pytest.mark.parametrize(
    "settings",
    [
        {"SMTP_HOST": "mail.example.com"},
        {"SMTP_SECURITY": "ssl"},
        {"SMTP_HOST": "mail.example.com", "MAIL_FROM": "a@example.com", "SMTP_USER": "u", "SMTP_SECURITY": "none"},
    ],
)
def test_settings_that_send_nothing_or_in_the_clear_are_refused(settings: dict[str, str]) -> None:
    with pytest.raises(ConfigurationError):
        load({**ENVIRONMENT, **settings})


def test_mail_settings_are_read() -> None:
    found = load({**ENVIRONMENT, "SMTP_HOST": "mail.example.com", "MAIL_FROM": "a@example.com", "SMTP_PORT": "465"})
    assert (found.smtp_host, found.smtp_port, found.smtp_security) == ("mail.example.com", 465, "starttls")

"""PayPal's amounts and objects, read and written; and which certificate's address is PayPal's."""

import pytest

from marketplace.money import Money
from marketplace.providers import paypal_objects as objects
from marketplace.providers.base import BadSignature
from marketplace.providers.paypal_signatures import Signatures


@pytest.mark.parametrize(
    ("minor", "currency", "text"), [(1, "USD", "0.01"), (123_456, "SEK", "1234.56"), (1_500, "JPY", "1500")]
)
def test_amounts_have_the_digits_of_their_currency(minor: int, currency: str, text: str) -> None:
    assert objects.amount(minor, currency) == {"currency_code": currency, "value": text}


@pytest.mark.parametrize(
    ("total", "expected"),
    [
        (Money(1, "USD"), True), (Money(1, "JPY"), True), (Money(1_000, "KWD"), False), (Money(10_000, "HUF"), False),
        (Money(0, "USD"), False), (Money(1_000_000_000, "USD"), False),
    ],
)  # fmt: skip
def test_what_paypal_can_take(total: Money, expected: bool) -> None:
    assert objects.can_pay(total) is expected


def test_a_capture_with_too_many_digits_is_not_believed() -> None:
    amount = {"currency_code": "JPY", "value": "1500.50"}
    with pytest.raises(ValueError, match="too many digits"):
        objects.intent({"id": "3C", "status": "COMPLETED", "amount": amount, "custom_id": "7/x"})


@pytest.mark.parametrize(
    ("url", "is_live", "is_asked"),
    [
        ("https://api.paypal.com/v1/notifications/certs/CERT-360caa42-fca2a594-a5cafa77", True, True),
        ("https://api.sandbox.paypal.com/v1/notifications/certs/CERT-1", False, True),
        ("https://api.sandbox.paypal.com/v1/notifications/certs/CERT-1", True, False),
        ("https://api.paypal.com/v1/notifications/certs/CERT-1", False, False),
        ("http://api.paypal.com/v1/notifications/certs/CERT-1", True, False),
        ("https://api.paypal.com.evil.example/v1/notifications/certs/CERT-1", True, False),
        ("https://evilpaypal.com/v1/notifications/certs/CERT-1", True, False),
        ("https://api.paypal.com:8443/v1/notifications/certs/CERT-1", True, False),
        ("https://api.paypal.com/v1/notifications/certs/../../x", True, False),
        ("https://api.paypal.com/v1/notifications/certs/CERT-1?x=1", True, False),
        ("https://user@api.paypal.com/v1/notifications/certs/CERT-1", True, False),
        ("https://[::1]/v1/notifications/certs/CERT-1", True, False),
    ],
)
def test_only_paypals_own_certificates_are_asked_for(url: str, is_live: bool, is_asked: bool) -> None:
    asked: list[str] = []

    def download(address: str) -> bytes:
        asked.append(address)
        return b"no certificate"

    checker = Signatures(("8W",), base_url="https://api-m.paypal.com", is_own=False, is_live=is_live)
    signature = f"t-1\n2026-11-22T10:00:00Z\neA==\n{url}\nSHA256withRSA"
    with pytest.raises(BadSignature):
        checker.check(b"{}", signature, now_seconds=1_795_341_600, download=download)
    assert bool(asked) is is_asked

"""Whether PayPal sent a message: its signature is checked here, with a certificate from PayPal's own address.

It signs transmission, time, our webhook's id and the body's checksum by RSA-SHA256
(developer.paypal.com/api/rest/webhooks/rest, "verify the message on your own").
"""

import base64
import binascii
import re
import time
import zlib
from collections.abc import Callable
from datetime import UTC, datetime
from urllib.parse import urlsplit

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from marketplace.providers.base import BadSignature, Proof, Unknown

HEADERS = (
    "Paypal-Transmission-Id",
    "Paypal-Transmission-Time",
    "Paypal-Transmission-Sig",
    "Paypal-Cert-Url",
    "Paypal-Auth-Algo",
)
"""What a message carries; `joined` makes them one text."""
_ALGORITHM = "SHA256withRSA"
_EARLY_SECONDS = 300
# A message that was not taken is sent again for three days, and nobody says with which time.
_LATE_SECONDS = 4 * 86_400
_KEPT_SECONDS, _FAILED_SECONDS = 86_400, 60
_MOST_KEPT = 16
_LONGEST_HEADER = 1_000
_LARGEST_CERTIFICATE = 16_384
_PATH = re.compile(r"/v1/notifications/certs/[A-Za-z0-9_-]{1,100}")
_HOST = re.compile(r"[a-z0-9-]+(\.sandbox)?\.paypal\.com")

Download = Callable[[str], bytes]


def joined(header: Callable[[str, str], str]) -> str:
    """Return a message's headers about its signature as one text; "" when it carries none.

    `header` returns one by its name, or what is said instead.
    """
    values = [header(name, "") for name in HEADERS]
    return "\n".join(values) if any(values) else ""


class Signatures:
    """Checks messages for our webhooks, whose certificate is at PayPal or at the server that `base_url` names."""

    def __init__(self, webhook_ids: tuple[str, ...], *, base_url: str, is_own: bool, is_live: bool) -> None:
        self._webhook_ids = webhook_ids
        self._base = urlsplit(base_url) if is_own else None
        self._is_live = is_live
        self._keys: dict[str, tuple[rsa.RSAPublicKey | None, float]] = {}

    def check(self, body: bytes, signature: str, *, now_seconds: int, download: Download) -> Proof:
        """Return what proves that PayPal sent `body`; raises BadSignature when nothing does.

        `signature` is what `joined` makes. Raises Unknown while the certificate can't be had: then it proves nothing
        yet, and the same message may do so later.
        """
        parts = signature.split("\n")
        if len(parts) != len(HEADERS) or not all(0 < len(part) <= _LONGEST_HEADER for part in parts):
            raise BadSignature
        transmission_id, sent, signed, url, algorithm = parts
        signed_at = _seconds(sent)
        is_in_time = now_seconds - _LATE_SECONDS <= signed_at <= now_seconds + _EARLY_SECONDS
        if algorithm != _ALGORITHM or not is_in_time or not self._is_theirs(url):
            raise BadSignature
        try:
            mark = base64.b64decode(signed, validate=True)
        except (ValueError, binascii.Error) as error:
            raise BadSignature from error
        key, checksum = self._key(url, now_seconds, download), zlib.crc32(body)
        for place, webhook_id in enumerate(self._webhook_ids):
            message = f"{transmission_id}|{sent}|{webhook_id}|{checksum}".encode("utf-8", "replace")
            try:
                key.verify(mark, message, padding.PKCS1v15(), hashes.SHA256())
            except InvalidSignature:
                continue
            return Proof(signed_at, place)
        raise BadSignature

    def _is_theirs(self, url: str) -> bool:
        """Return whether a certificate's address is PayPal's: nothing else is ever asked (SSRF, and forged keys)."""
        try:
            parts = urlsplit(url)
            port = parts.port
        except ValueError:
            return False
        if parts.query or parts.fragment or parts.username is not None or "\\" in url or not url.isascii():
            return False
        if self._base is not None:
            mine = (self._base.scheme, self._base.netloc)
            under = self._base.path.rstrip("/")
            path = parts.path.removeprefix(under) if parts.path.startswith(under) else ""
            return (parts.scheme, parts.netloc) == mine and bool(_PATH.fullmatch(path))
        host = _HOST.fullmatch(parts.hostname or "")
        is_right_mode = host is not None and (host[1] is None) == self._is_live
        return parts.scheme == "https" and port in {None, 443} and is_right_mode and bool(_PATH.fullmatch(parts.path))

    def _key(self, url: str, now_seconds: int, download: Download) -> rsa.RSAPublicKey:
        """Return the key of a certificate, which is downloaded once a day; raises BadSignature or Unknown."""
        known, until = self._keys.get(url, (None, 0.0))
        if time.monotonic() < until:
            if known is None:
                raise Unknown("The certificate could not be had a moment ago.")
            return known
        if len(self._keys) >= _MOST_KEPT:
            self._keys.clear()
        # Noted first: a flood of messages that name a certificate that is not there asks for it once a minute.
        self._keys[url] = (None, time.monotonic() + _FAILED_SECONDS)
        key = _public_key(download(url), now_seconds)
        self._keys[url] = (key, time.monotonic() + _KEPT_SECONDS)
        return key


def largest() -> int:
    """Return how many bytes a certificate may have."""
    return _LARGEST_CERTIFICATE


def _public_key(pem: bytes, now_seconds: int) -> rsa.RSAPublicKey:
    try:
        found = x509.load_pem_x509_certificate(pem)
    except ValueError as error:
        raise BadSignature from error
    now = datetime.fromtimestamp(now_seconds, UTC)
    key = found.public_key()
    if not isinstance(key, rsa.RSAPublicKey) or not found.not_valid_before_utc <= now <= found.not_valid_after_utc:
        raise BadSignature
    return key


def _seconds(text: str) -> int:
    try:
        found = datetime.fromisoformat(text)
    except ValueError as error:
        raise BadSignature from error
    if found.tzinfo is None:
        raise BadSignature
    return int(found.timestamp())

"""Messages about what happened: kept beside Stripe's, signed as PayPal signs, delivered by the same road."""

import base64
import zlib
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.x509.oid import NameOID
from psycopg.types.json import Jsonb

from marketplace.sandbox.clock import system_seconds
from marketplace.sandbox.store import Stored, Work
from marketplace.sandbox.wire import JSON

ACCOUNT = "paypal"
"""Under which name events of this provider are kept: Stripe's lists know nothing of them."""
CERT_PATH = "/paypal/v1/notifications/certs/"
_YEARS = timedelta(days=3_650)
_VERSION = "1.0"


def ensure_endpoint(work: Work, url: str, webhook_id: str, base_url: str) -> None:
    """Make sure that `url` is told of everything, signed for `webhook_id`; it keeps its key from then on.

    `base_url` is where this server is, for the address of its certificate.
    """
    for endpoint in work.find("webhook_endpoint", status="enabled"):
        if "paypal" in endpoint.private:
            endpoint.data["url"] = url
            endpoint.private["paypal"] |= {"webhook_id": webhook_id, "base_url": base_url}
            work.save(endpoint)
            return
    key = rsa.generate_private_key(public_exponent=65_537, key_size=2_048)
    cert_id = f"CERT-{work.ids.new('', 24).lower()}"
    kept = {"webhook_id": webhook_id, "base_url": base_url, "cert_id": cert_id}
    kept |= {"key": _pem(key), "certificate": _certificate(key)}
    data: JSON = {
        "api_version": None,
        "application": None,
        "description": "PayPal's webhook, made at start from the environment",
        "enabled_events": [],
        "livemode": False,
        "metadata": {},
        "status": "enabled",
        "url": url,
    }
    work.add("webhook_endpoint", data, {"secrets": [], "paypal": kept})


def emit(work: Work, event_type: str, object_id: str, resource_type: str, resource: JSON) -> None:
    """Record an event with its resource as it is now, and plan its delivery."""
    event_id = f"WH-{work.ids.new('', 17).upper()}-{work.ids.new('', 17).upper()}"
    event = {
        "id": event_id,
        "event_version": _VERSION,
        "create_time": datetime.fromtimestamp(work.now, UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z"),
        "resource_type": resource_type,
        "resource_version": "2.0",
        "event_type": event_type,
        "summary": event_type.replace(".", " ").capitalize(),
        "resource": resource,
        "links": [],
    }
    told = [endpoint.id for endpoint in work.find("webhook_endpoint", status="enabled") if "paypal" in endpoint.private]
    work.rows(
        "WITH event AS (INSERT INTO events (id, type, created, object_id, request_id, data, account)"
        " VALUES (%(id)s, %(type)s, %(created)s, %(object_id)s, NULL, %(data)s, %(account)s) RETURNING id)"
        " INSERT INTO deliveries (event_id, endpoint_id, first_at, next_at)"
        " SELECT event.id, told.id, %(now)s, %(now)s FROM event, unnest(%(told)s::text[]) AS told (id)",
        id=event_id, type=event_type, created=work.now, object_id=object_id, data=Jsonb(event), account=ACCOUNT,
        told=told, now=work.present,
    )  # fmt: skip
    work.emitted.append(event_id)


def headers(body: bytes, kept: Mapping[str, Any], transmission_id: str, *, forged: bool) -> dict[str, str]:
    """Return what comes with `body`: the signature over transmission, time, webhook and the body's checksum."""
    # Signatures carry system time: the receiver checks their age against its own clock.
    time = datetime.fromtimestamp(system_seconds(), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    webhook_id = "of-somebody-else" if forged else kept["webhook_id"]
    message = f"{transmission_id}|{time}|{webhook_id}|{zlib.crc32(body)}".encode()
    key = serialization.load_pem_private_key(kept["key"].encode(), None)
    assert isinstance(key, rsa.RSAPrivateKey)  # noqa: S101  # made above
    signed = key.sign(message, padding.PKCS1v15(), hashes.SHA256())
    return {
        "Content-Type": "application/json",
        "User-Agent": "PayPal/1.0 (local sandbox, not PayPal)",
        "Paypal-Transmission-Id": transmission_id,
        "Paypal-Transmission-Time": time,
        "Paypal-Transmission-Sig": base64.b64encode(signed).decode(),
        "Paypal-Auth-Algo": "SHA256withRSA",
        "Paypal-Cert-Url": f"{kept['base_url']}{CERT_PATH}{kept['cert_id']}",
    }


def certificate(work: Work, cert_id: str) -> str | None:
    """Return the certificate of this id, PEM; None when there is none."""
    kept = (endpoint.private.get("paypal", {}) for endpoint in _endpoints(work))
    return next((one["certificate"] for one in kept if one.get("cert_id") == cert_id), None)


def _endpoints(work: Work) -> list[Stored]:
    return work.find("webhook_endpoint", status="enabled")


def _pem(key: rsa.RSAPrivateKey) -> str:
    form = serialization.PrivateFormat.PKCS8
    return key.private_bytes(serialization.Encoding.PEM, form, serialization.NoEncryption()).decode()


def _certificate(key: rsa.RSAPrivateKey) -> str:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "messageverificationcerts.sandbox.invalid")])
    now = datetime.fromtimestamp(system_seconds(), UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + _YEARS)
        .sign(key, hashes.SHA256())
    )
    return made.public_bytes(serialization.Encoding.PEM).decode()

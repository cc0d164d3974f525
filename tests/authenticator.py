"""A security key in software, with the browser before it: it answers as WebAuthn says, or wrongly where told to."""

import hashlib
import json
import secrets
from base64 import urlsafe_b64encode
from dataclasses import dataclass, field
from typing import Any

import cbor2
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256

_PRESENT, _VERIFIED, _WITH_KEY = 0x01, 0x04, 0x40


@dataclass
class Authenticator:
    """One passkey and the page it is used on."""

    domain: str = "localhost"
    origin: str = "http://localhost"
    count: int = 0
    is_unlocked: bool = True
    credential_id: bytes = field(default_factory=lambda: secrets.token_bytes(32))
    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))

    def make(self, question: str) -> str:
        """Answer a page that asks for a new passkey."""
        said = self._said("webauthn.create", question)
        attested = bytes(16) + len(self.credential_id).to_bytes(2, "big") + self.credential_id + self._public_key()
        attestation = {"fmt": "none", "attStmt": {}, "authData": self._data(_WITH_KEY) + attested}
        return self._answer({"clientDataJSON": _text(said), "attestationObject": _text(cbor2.dumps(attestation))})

    def sign(self, question: str) -> str:
        """Answer a page that asks for a signature."""
        said = self._said("webauthn.get", question)
        self.count += 1
        data = self._data(0)
        signature = self.key.sign(data + hashlib.sha256(said).digest(), ec.ECDSA(SHA256()))
        return self._answer(
            {"clientDataJSON": _text(said), "authenticatorData": _text(data), "signature": _text(signature)}
        )

    def _said(self, kind: str, question: str) -> bytes:
        challenge = json.loads(question)["challenge"]
        said = {"type": kind, "challenge": challenge, "origin": self.origin, "crossOrigin": False}
        return json.dumps(said).encode()

    def _data(self, flags: int) -> bytes:
        flags |= _PRESENT | (_VERIFIED if self.is_unlocked else 0)
        return hashlib.sha256(self.domain.encode()).digest() + bytes([flags]) + self.count.to_bytes(4, "big")

    def _public_key(self) -> bytes:
        numbers = self.key.public_key().public_numbers()
        x, y = numbers.x.to_bytes(32, "big"), numbers.y.to_bytes(32, "big")
        return cbor2.dumps({1: 2, 3: -7, -1: 1, -2: x, -3: y})

    def _answer(self, response: dict[str, Any]) -> str:
        name = _text(self.credential_id)
        return json.dumps({"id": name, "rawId": name, "type": "public-key", "response": response})


def _text(value: bytes) -> str:
    return urlsafe_b64encode(value).rstrip(b"=").decode()

"""What browsers and passkeys say to each other: the questions we put and the answers we believe (WebAuthn level 3)."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar
from urllib.parse import urlsplit

import webauthn
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from marketplace.errors import Invalid
from marketplace.language import Text

T = TypeVar("T")

NOT_BELIEVED = Text("This passkey could not be used here. Try again, or take another way.")
_PATIENCE_MS = 300_000


@dataclass(frozen=True, slots=True)
class Party:
    """Who asks: a passkey made for this domain answers on no other, which is why it can't be phished."""

    domain: str
    origin: str
    name: str

    @classmethod
    def of(cls, base_url: str, name: str) -> "Party":
        """Return the shop at `base_url`. Browsers want a domain: `localhost` will do, 127.0.0.1 will not."""
        parts = urlsplit(base_url)
        return cls(parts.hostname or "localhost", f"{parts.scheme}://{parts.netloc}", name)


@dataclass(frozen=True, slots=True)
class NewKey:
    """A passkey that a device has just made."""

    credential_id: bytes
    public_key: bytes
    sign_count: int


def question_for_new(party: Party, *, user_id: int, email: str, challenge: bytes, known: Sequence[bytes]) -> str:
    """Return, as JSON, what a browser asks a device to make; it makes none where it has one of `known`."""
    options = webauthn.generate_registration_options(
        rp_id=party.domain,
        rp_name=party.name,
        user_id=user_id.to_bytes(8, "big"),
        user_name=email,
        challenge=challenge,
        timeout=_PATIENCE_MS,
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.REQUIRED, user_verification=UserVerificationRequirement.REQUIRED
        ),
        exclude_credentials=[PublicKeyCredentialDescriptor(id=each) for each in known],
    )
    return webauthn.options_to_json(options)


def question_for_sign_in(party: Party, *, challenge: bytes) -> str:
    """Return, as JSON, what a browser asks a device to sign: with whichever passkey of ours it has."""
    options = webauthn.generate_authentication_options(
        rp_id=party.domain,
        challenge=challenge,
        timeout=_PATIENCE_MS,
        user_verification=UserVerificationRequirement.REQUIRED,
    )
    return webauthn.options_to_json(options)


def made(party: Party, answer: str, *, challenge: bytes) -> NewKey:
    """Return the passkey that a browser says was made. Raises Invalid."""
    found = _believed(
        lambda: webauthn.verify_registration_response(
            credential=answer,
            expected_challenge=challenge,
            expected_rp_id=party.domain,
            expected_origin=party.origin,
            require_user_verification=True,
        )
    )
    return NewKey(found.credential_id, found.credential_public_key, found.sign_count)


def credential_of(answer: str) -> bytes:
    """Return which passkey a browser says has signed. Raises Invalid."""
    return _believed(lambda: webauthn.helpers.parse_authentication_credential_json(answer)).raw_id


def signed(party: Party, answer: str, *, challenge: bytes, public_key: bytes, sign_count: int) -> int:
    """Return how often a passkey has signed, once its answer is proven. Raises Invalid."""
    return _believed(
        lambda: webauthn.verify_authentication_response(
            credential=answer,
            expected_challenge=challenge,
            expected_rp_id=party.domain,
            expected_origin=party.origin,
            credential_public_key=public_key,
            credential_current_sign_count=sign_count,
            require_user_verification=True,
        )
    ).new_sign_count


def _believed(read: Callable[[], T]) -> T:
    try:
        return read()
    except Exception as error:  # the library's parsers raise whatever a stranger's bytes lead them to
        raise Invalid(NOT_BELIEVED) from error

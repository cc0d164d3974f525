"""Requests to PayPal over plain HTTP: a token for our client, and what each answer means."""

import threading
import time
from collections.abc import Mapping
from typing import Any

import requests

from marketplace.config import Settings
from marketplace.failpoints import Failpoint, reach
from marketplace.providers import patience
from marketplace.providers.base import Refused, Unknown

LIVE, SANDBOX = "https://api-m.paypal.com", "https://api-m.sandbox.paypal.com"
_UNAUTHORISED, _FORBIDDEN, _TIMEOUT, _CONFLICT, _TOO_MANY, _SERVER = 401, 403, 408, 409, 429, 500
_UNSURE = frozenset((_UNAUTHORISED, _TIMEOUT, _CONFLICT, _TOO_MANY))
# Answers that say "not now" rather than "no": the same id may be sent again.
_NOT_NOW = frozenset(("PREVIOUS_REQUEST_IN_PROGRESS", "RATE_LIMIT_REACHED", "INTERNAL_SERVICE_ERROR"))
_EARLIER_SECONDS = 60
"""So much before its end a token is renewed."""


class PaypalLine:
    """The way to PayPal, or to a server that speaks its language."""

    def __init__(self, settings: Settings) -> None:
        self.base_url = settings.paypal_api_base or (LIVE if settings.livemode else SANDBOX)
        self.is_configured = bool(settings.paypal_client_id and settings.paypal_client_secret)
        self._client = (settings.paypal_client_id, settings.paypal_client_secret)
        self._timeout = settings.provider_timeout_seconds
        self._own = threading.local()
        self._token, self._token_until = "", 0.0

    def ask(self, method: str, path: str, *, body: Mapping[str, Any] | None = None, key: str = "") -> dict[str, Any]:
        """Return the answer's JSON. Raises Unknown or Refused; `key` makes a request sent twice the same one."""
        if not self.is_configured:
            raise Unknown("PayPal is not set up in this shop.")
        if patience.is_over():
            raise Unknown("Not asked: whoever waits for the page has waited long enough.")
        reach(Failpoint.CALL, "paypal")
        try:
            answer = self._send(method, path, body, key)
            if answer.status_code == _UNAUTHORISED:
                # The token may have been taken back before its time; one more try with a fresh one.
                self._token = ""
                answer = self._send(method, path, body, key)
            return _read(answer)
        finally:
            reach(Failpoint.ANSWERED, "paypal")

    def download(self, url: str, *, most: int) -> bytes:
        """Return what is at an address that was looked at before, at most `most` bytes of it. Raises Unknown."""
        try:
            with self._session.get(url, timeout=self._timeout, allow_redirects=False, stream=True) as answer:
                if answer.status_code != requests.codes.ok:
                    raise Unknown(f"PayPal answers {answer.status_code}.")
                found: bytes = answer.raw.read(most + 1, decode_content=True)
        except (requests.RequestException, OSError) as error:
            raise Unknown(str(error)) from error
        if len(found) > most:
            raise Unknown("PayPal's answer is too long.")
        return found

    @property
    def _session(self) -> requests.Session:
        """The connection of this thread."""
        if not hasattr(self._own, "session"):
            self._own.session = requests.Session()
        found: requests.Session = self._own.session
        return found

    def _send(self, method: str, path: str, body: Mapping[str, Any] | None, key: str) -> requests.Response:
        headers = {"Authorization": f"Bearer {self._access_token()}", "Prefer": "return=representation"}
        if key:
            headers["PayPal-Request-Id"] = key
        return self._request(method, path, headers=headers, json=dict(body) if body is not None else None)

    def _request(self, method: str, path: str, **values: Any) -> requests.Response:
        try:
            return self._session.request(
                method, f"{self.base_url}{path}", timeout=self._timeout, allow_redirects=False, **values
            )
        except requests.RequestException as error:
            raise Unknown(str(error)) from error

    def _access_token(self) -> str:
        """Return a token that is good for a while yet (developer.paypal.com/api/rest/authentication)."""
        if self._token and time.monotonic() < self._token_until:
            return self._token
        form = {"grant_type": "client_credentials"}
        answer = self._request("POST", "/v1/oauth2/token", auth=self._client, data=form)
        found = _json(answer)
        token = found.get("access_token")
        if answer.status_code != requests.codes.ok or not isinstance(token, str):
            # A client that is not known any more says nothing about what an earlier request of it has done.
            raise Unknown(f"PayPal gives no token: {answer.status_code}.")
        seconds = found.get("expires_in")
        lasts = seconds if isinstance(seconds, int) else 0
        self._token, self._token_until = token, time.monotonic() + max(lasts - _EARLIER_SECONDS, 0)
        return token


def _read(answer: requests.Response) -> dict[str, Any]:
    found = _json(answer)
    if answer.ok and found:
        return found
    code, words = _refusal(found)
    # Only a 4xx in the provider's own words is a no; what is garbled tells nothing whatever its status (fault F17).
    is_definite = bool(code) and not answer.ok and answer.status_code < _SERVER and answer.status_code not in _UNSURE
    if not is_definite or code in _NOT_NOW:
        raise Unknown(f"PayPal answers {answer.status_code} {code}".strip())
    raise Refused(code, words)


def _json(answer: requests.Response) -> dict[str, Any]:
    try:
        found = answer.json()
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _refusal(found: Mapping[str, Any]) -> tuple[str, str]:
    """Return PayPal's word for a refusal and its sentence; "" for what is no refusal of its own."""
    name = found.get("name")
    if not isinstance(name, str):
        return "", ""
    details = found.get("details")
    first = details[0] if isinstance(details, list) and details and isinstance(details[0], Mapping) else {}
    code, words = first.get("issue") or name, first.get("description") or found.get("message") or name
    return str(code)[:100], str(words)[:500]

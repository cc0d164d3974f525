"""How the provider's webhooks travel to the shop's real intake: lost, doubled, shuffled, late, stale or forged."""

import json
from dataclasses import dataclass, field
from random import Random
from typing import Any

from flask import Flask

from marketplace import clock
from marketplace.sandbox.delivery import Answer, Pending, signature
from marketplace.sandbox.inprocess import CONNECT_SECRET, WEBHOOK_SECRET
from marketplace.simulation.faults import Faults
from marketplace.simulation.naive import Naive
from marketplace.simulation.profiles import Webhooks
from marketplace.simulation.scheduler import Crash, Scheduler
from marketplace.simulation.stage import ACCOUNT_WEBHOOKS, WEBHOOKS, post_webhook

_SECRETS = {WEBHOOKS: WEBHOOK_SECRET, ACCOUNT_WEBHOOKS: CONNECT_SECRET}
_MOST_COPIES = 5
_PAST = ("payment_intent.payment_failed",)
"""Types that report one moment: their payload is the fact, an older one would be another fact."""


@dataclass
class Courier:
    """Carries each webhook, and does to it what the generator says."""

    app: Flask
    scheduler: Scheduler
    faults: Faults
    violations: list[str]
    calm: Random = field(default_factory=lambda: Random(0))
    carried: int = 0
    naive: Naive = field(default_factory=Naive)
    """Hears what the shop hears."""
    _seen: dict[str, dict[str, Any]] = field(default_factory=dict)
    """The oldest state of each object that was on its way."""

    def order(self, chance: Random) -> Any:
        """Return what a batch goes through: shuffled as a whole, some stay behind for later."""
        webhooks = self.faults.profile.webhooks

        def arrange(due: list[Pending]) -> list[Pending]:
            if self.faults.happens(chance, webhooks.shuffled, "F03 shuffled"):
                chance.shuffle(due)
            return [one for one in due if not self.faults.happens(chance, webhooks.delayed, "F04 delayed")]

        return arrange

    def carry(self, url: str, body: bytes, headers: dict[str, str]) -> Answer:
        """Carry one webhook and return what the provider hears of it."""
        self.scheduler.pause()
        task = self.scheduler.task() or self.scheduler.current  # the latter where the provider does not wait (F06)
        chance = task.chance if task else self.calm
        webhooks, faults = self.faults.profile.webhooks, self.faults
        if webhooks.lost == 1.0 or faults.happens(chance, webhooks.lost, "F05 lost"):
            return Answer(200, "lost on its way")
        if faults.happens(chance, webhooks.refused, "F10 endpoint down"):
            return Answer(503, "the endpoint is down")
        try:
            return self._arrive(url, body, headers, chance, webhooks)
        except Crash as crash:
            return Answer(None, f"the process died {crash}")

    def _arrive(self, url: str, body: bytes, headers: dict[str, str], chance: Random, webhooks: Webhooks) -> Answer:
        faults, event = self.faults, json.loads(body)
        path = ACCOUNT_WEBHOOKS if url.endswith(ACCOUNT_WEBHOOKS) else WEBHOOKS
        if faults.happens(chance, webhooks.forged, "F09 forged"):
            self._forge(url, body, headers, chance)
        if faults.happens(chance, webhooks.wrong_door, "F08 wrong door"):
            other = WEBHOOKS if path == ACCOUNT_WEBHOOKS else ACCOUNT_WEBHOOKS
            self._send(url.replace(path, other), body, _signed(body, other))
        older = self._older(event)
        if older is not None and faults.happens(chance, webhooks.stale, "F07 stale"):
            event["data"]["object"] = older
            body = json.dumps(event).encode()
            headers = _signed(body, path)
        if faults.happens(chance, webhooks.second_id, "F02 second id"):
            again = json.dumps({**event, "id": f"{event['id']}x"}).encode()
            self._send(url, again, _signed(again, path))
        answer = self._send(url, body, headers)
        if faults.happens(chance, webhooks.doubled, "F01 doubled"):
            for _ in range(chance.randint(1, _MOST_COPIES)):
                self.scheduler.pause()
                self._send(url, body, headers)
        return answer

    def _send(self, url: str, body: bytes, headers: dict[str, str], *, is_signed: bool = True) -> Answer:
        self.carried += 1
        if is_signed:
            self.naive.hear(json.loads(body))
        return post_webhook(self.app, url, body, headers)

    def _forge(self, url: str, body: bytes, headers: dict[str, str], chance: Random) -> None:
        """Send what the provider did not sign: it must be refused (scar S10)."""
        signed = headers["Stripe-Signature"]
        forgery, bad = chance.choice(
            [
                (body.replace(b'"amount', b'"Amount') + b" ", signed),
                (body, signed[:-4] + "beef"),
                (body, ""),
                (body, "t=1,v1=00"),
                (body, "t=x,v1=" + "0" * 64),
                (b"{", signed),
                (b"\x00" * 300_000, signed),
            ]
        )
        answer = self._send(url, forgery, {**headers, "Stripe-Signature": bad}, is_signed=False)
        if answer.status != 400:
            self.violations.append(f"I24 a forged webhook was answered {answer.status}")

    def _older(self, event: dict[str, Any]) -> dict[str, Any] | None:
        """Return the oldest state seen of an event's object, None when this is the first; keeps this one."""
        if event["type"] in _PAST:
            return None
        current = event["data"]["object"]
        name = f"{current.get('id')}"
        older = self._seen.setdefault(name, current)
        return older if older is not current and older != current else None


def _signed(body: bytes, path: str) -> dict[str, str]:
    return {
        "Content-Type": "application/json; charset=utf-8",
        "Stripe-Signature": signature(body, [_SECRETS[path]], clock.system_seconds()),
    }

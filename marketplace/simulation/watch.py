"""Who looks at the rules: cheap questions after every commit, all of them when everything has come to rest."""

import re
from dataclasses import dataclass, field

from flask import Response, request

from marketplace.reconciliation.checks import check_books
from marketplace.simulation.invariants import ALWAYS
from marketplace.simulation.stage import Stage
from marketplace.simulation.tally import Tally

_CHANGED = """
    SELECT (SELECT coalesce(max(id), 0) FROM status_change), (SELECT coalesce(max(id), 0) FROM ledger_entry),
        (SELECT coalesce(max(id), 0) FROM notification)
"""
_BOOKS_EVERY = 120
_MONEY = re.compile(r"(amount|unit_amount)\]?$")


@dataclass
class Watch:
    """Collects what should never be, each with the id of the rule it breaks."""

    stage: Stage
    violations: list[str] = field(default_factory=list)
    checked: Tally = field(default_factory=Tally)
    """How often each rule was looked at."""
    looks: int = 0
    _last: tuple[object, ...] = ()
    _keys: dict[str, object] = field(default_factory=dict)

    def break_rule(self, rule: str, words: str) -> None:
        """Keep a violation, once."""
        line = f"{rule} {words}"
        if line not in self.violations:
            self.violations.append(line)

    def after_commit(self, what: str) -> None:
        """Ask the cheap questions when anything has changed; the whole books now and then."""
        [found] = self.stage.rows(_CHANGED)
        if found == self._last:
            return
        self._last = found
        self.looks += 1
        self.ask_always(what)
        if self.looks % _BOOKS_EVERY == 0:
            self.check_books(what)

    def ask_always(self, what: str) -> None:
        """Ask every cheap question in one statement."""
        self.checked.update(dict.fromkeys(ALWAYS, 1))
        for rule, words in self.stage.rows(_ALWAYS):
            self.break_rule(rule, f"{words} (after {what})")

    def check_books(self, what: str) -> None:
        """Recompute the books."""
        with self.stage.app.app_context():
            report = check_books()
        self.checked.add("books", report.checks)
        for each in report.differences:
            self.break_rule("books", f"{each.check}: {each.table} {each.row_id} {each.message} (after {what})")

    def answered(self, response: Response) -> Response:
        """Look at an answer of the shop."""
        self.checked.add("I24")
        if response.status_code >= 500:
            self.break_rule("I24", f"{request.method} {request.path} was answered {response.status_code}")
        return response

    def asked_provider(self) -> None:
        """Look at a request to the provider: every POST has a key, and a key always the same request (I25, I28)."""
        if request.method != "POST" or not request.path.startswith("/v1/"):
            return
        self.checked.add("I25")
        key = request.headers.get("Idempotency-Key")
        sent = (request.path, request.headers.get("Stripe-Account", ""), sorted(request.form.items()))
        if key is None:
            self.break_rule("I25", f"POST {request.path} without an idempotency key")
        elif self._keys.setdefault(key, sent) != sent:
            self.break_rule("I25", f"{key} was used for another request: POST {request.path}")
        for name, value in request.form.items():
            if _MONEY.search(name) and not re.fullmatch(r"\d+", value):
                self.break_rule("I28", f"POST {request.path} sends {name}={value}")


_ALWAYS = " UNION ALL ".join(
    f"SELECT '{rule}', words::text FROM ({statement}) AS found(words)" for rule, statement in ALWAYS.items()
)

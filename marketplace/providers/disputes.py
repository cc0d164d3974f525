"""The port's part for disputes: what a bank asks and takes, what is answered, and the warnings that come before."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from marketplace.providers.base import BalanceLine

EVIDENCE_FOLDER = "evidence"
"""The folder of the store where the files of evidence lie."""


@dataclass(frozen=True)
class ProviderDispute:
    """A dispute at the provider as it stands, with every line it made in our account."""

    dispute_id: str
    charge_id: str
    intent_id: str | None
    is_inquiry: bool
    status: str
    reason: str
    network_code: str | None
    amount_minor: int
    currency: str
    due_by: datetime | None
    submissions: int
    """How often evidence was handed to the bank."""
    lines: tuple[BalanceLine, ...]


@dataclass(frozen=True)
class ProviderWarning:
    """An early warning of fraud: the bank believes that its cardholder did not pay."""

    warning_id: str
    charge_id: str
    intent_id: str | None
    fraud_type: str


@dataclass(frozen=True)
class ProviderFile:
    """A file that the provider keeps for us."""

    file_id: str
    name: str


class Disputes(Protocol):
    """What a provider can do about disputes. Calls raise Unknown or Refused; none may run inside a transaction."""

    def get(self, dispute_id: str) -> ProviderDispute:
        """Read a dispute again."""

    def get_warning(self, warning_id: str) -> ProviderWarning:
        """Read a warning again."""

    def upload(self, *, stored_name: str, name: str, key: str) -> ProviderFile:
        """Hand over the file that is kept as `stored_name` under the unique `name`; its ending says its type."""

    def find_upload(self, name: str, *, since: datetime) -> ProviderFile | None:
        """Look up a file handed over since `since` by its unique name."""

    def submit(self, dispute_id: str, *, evidence: Mapping[str, str], key: str) -> ProviderDispute:
        """Hand texts and file ids to the bank, for good."""

    def accept(self, dispute_id: str, *, key: str) -> ProviderDispute:
        """Give up: the bank keeps the money, for good."""

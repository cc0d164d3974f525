"""Asking the provider for a look at a dispute, and taking up what it says when a person wants that."""

from collections.abc import Mapping
from datetime import datetime

from marketplace import db
from marketplace.config import Settings
from marketplace.diagnosis.dispute_rules import ProviderSays
from marketplace.disputes import queries as disputes
from marketplace.disputes.page_queries import DisputeRow
from marketplace.disputes.rules import DisputeKind
from marketplace.language import Text
from marketplace.money import Money
from marketplace.provider_events import sweeping
from marketplace.providers.base import Provider, Refused, Unknown


def ask_dispute(row: DisputeRow, *, providers: Mapping[str, Provider]) -> ProviderSays:
    """Ask how a dispute stands at its provider now; nothing is written, and silence is one of the answers."""
    db.forbid_open_transaction()
    door = providers[disputes.reference_of(row.id).provider].disputes
    try:
        if row.kind is DisputeKind.WARNING:
            door.get_warning(row.provider_dispute_id)
            return ProviderSays()
        found = door.get(row.provider_dispute_id)
    except Unknown as error:
        return ProviderSays(silence=str(error))
    except Refused as error:
        return ProviderSays(refusal=error.message)
    return ProviderSays(
        status=found.status,
        amount=Money(found.amount_minor, found.currency),
        submissions=found.submissions,
        lines={line.line_id: -line.amount_minor for line in found.lines},
    )


def take_up_dispute(row: DisputeRow, *, providers: Mapping[str, Provider], settings: Settings, now: datetime) -> str:
    """Read a dispute at the provider and follow it as a message about it would; return what that did, in words.

    It stands in the history as the sweeper's, which does the same. Raises Unknown and Refused as the port does, and
    Contradiction for an answer that does not fit.
    """
    if row.kind is DisputeKind.WARNING:
        return Text("A warning stays as it came; a dispute that follows it comes with a message of its own.")
    provider = providers[disputes.reference_of(row.id).provider]
    return sweeping.read_object(
        "charge.dispute.updated", row.provider_dispute_id, provider=provider, settings=settings, now=now
    )

"""What a process that was killed leaves behind: pictures without their sizes, files that nothing shows."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from marketplace.catalog import picture_flows
from marketplace.config import Settings
from marketplace.disputes import case_queries as disputes
from marketplace.media import storing
from marketplace.messages import flows as messages
from marketplace.messages import sweeping
from marketplace.providers.disputes import EVIDENCE_FOLDER
from marketplace.refunds import picture_flows as refund_pictures
from marketplace.refunds import picture_queries as refund_picture_queries

_LEFT_ALONE = timedelta(days=1)
"""Longer than any request or job takes: a younger file may be about to be written down."""


def size_pictures(settings: Settings, *, listing_id: int) -> int:
    """Make the smaller sizes of a listing's new pictures; return of how many."""
    store = storing.store(settings.media, settings.var_dir, picture_flows.FOLDER)
    return picture_flows.make_sizes(store, listing_id=listing_id)


def steps(settings: Settings, now: datetime) -> Mapping[str, Callable[[], int]]:
    """Return what is done about lost files, each step by its name; `now` is system time."""
    pictures = storing.store(settings.media, settings.var_dir, picture_flows.FOLDER)
    attachments = storing.store(settings.media, settings.var_dir, messages.FOLDER)
    of_refunds = storing.store(settings.media, settings.var_dir, refund_pictures.FOLDER)
    evidence = storing.store(settings.media, settings.var_dir, EVIDENCE_FOLDER)
    return {
        "pictures sized": lambda: picture_flows.make_sizes(pictures),
        "pictures swept": lambda: picture_flows.sweep(pictures, before=now - _LEFT_ALONE),
        "attachments swept": lambda: sweeping.sweep(attachments, before=now - _LEFT_ALONE),
        "pictures of refunds swept": lambda: storing.sweep(
            of_refunds, before=now - _LEFT_ALONE, kept=refund_picture_queries.kept_among
        ),
        "evidence swept": lambda: storing.sweep(evidence, before=now - _LEFT_ALONE, kept=disputes.kept_among),
    }

"""One event of a provider: how it came, every look at it, what it changed, and its body with nobody's data in it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from flask import render_template, url_for
from flask.typing import ResponseReturnValue

from marketplace.history import Ruled
from marketplace.language import Text, pgettext
from marketplace.language import gettext as _
from marketplace.payments import timeline_queries
from marketplace.payments.timeline_queries import Change
from marketplace.provider_events import effect_queries, queries, rules
from marketplace.provider_events.effect_queries import Attempt, Booked, Effects, Moved, ToldPerson
from marketplace.provider_events.queries import EventSummary
from marketplace.provider_events.states import EVENT, EventRoad, EventStatus, Outcome
from marketplace.reconciliation import state_queries
from marketplace.transitions import Status
from marketplace.web import guards, wording
from marketplace.web.admin.events import ROADS, shown
from marketplace.web.admin.explain import entry_url
from marketplace.web.admin.kept_words import actor_text, plain_text, subject_text
from marketplace.web.admin.states import ADDRESSES
from marketplace.web.console import Console, admin_console
from marketplace.web.explaining import Crumb
from marketplace.web.order_parts import Fact
from marketplace.web.pages import money_text, sentence, time_text
from marketplace.web.stored_words import as_read
from marketplace.web.wording import Badge, TimelineEntry

OUTCOMES = {
    Outcome.KNOWN: Text("Delivered again; it was stored before"),
    Outcome.WAITS: Text("Looked at again; it fits nothing yet"),
    Outcome.UNCHANGED: Text("Replayed; it changed nothing"),
    Outcome.CHANGED: Text("It had an effect"),
    Outcome.NOT_NEEDED: Text("Replayed; no rule needs it"),
}
_LOOKS = {
    "apply": Text("Applied"),
    "park": Text("Parked: it fits nothing we know"),
    "ignore": Text("Not needed"),
    "set_aside": Text("Put aside"),
    "replay": Text("Applied after all"),
}
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class EffectRow:
    """One row that the event made or moved."""

    what: str
    url: str
    before: Badge | None
    after: Badge
    because: str


@dataclass(frozen=True, slots=True)
class EntryRow:
    """One entry that the event booked."""

    description: str
    key: str
    url: str
    amount: str


@dataclass(frozen=True, slots=True)
class ToldRow:
    """One person who was told."""

    kind: str
    about: str
    name: str
    url: str


@dataclass(frozen=True, slots=True)
class EventPage:
    """What templates/admin/event.html shows."""

    title: str
    console: Console
    crumbs: tuple[Crumb, ...]
    badge: Badge
    note: str
    facts: tuple[Fact, ...]
    headers: tuple[Fact, ...]
    looks: tuple[TimelineEntry, ...]
    effects: tuple[EffectRow, ...]
    entries: tuple[EntryRow, ...]
    told: tuple[ToldRow, ...]
    no_effect: str
    payment_url: str
    replay_url: str
    decide_url: str
    payload: str


@guards.admin_only
def event(event_row_id: int) -> ResponseReturnValue:
    """Show one event; of its payload only what is known to be harmless."""
    found = queries.event(event_row_id)
    summary = found.summary
    effects = effect_queries.effects(event_row_id)
    changes = timeline_queries.changes_of({EVENT.name: [event_row_id]})
    page = EventPage(
        title=summary.type,
        console=admin_console("events"),
        crumbs=(Crumb(_("Events"), url_for("admin.events")),),
        badge=wording.badge(summary.status),
        note=sentence(as_read(summary.note)),
        facts=_facts(summary, found.body_sha256),
        headers=_headers(found.headers, summary.road),
        looks=_looks(changes, effect_queries.attempts(event_row_id), summary.road),
        effects=_moved(effects.moved),
        entries=tuple(map(_entry, effects.booked)),
        told=tuple(map(_told, effects.told)),
        no_effect=_no_effect(effects, summary.status),
        payment_url=url_for("admin.payment", payment_id=summary.payment_id) if summary.payment_id else "",
        replay_url=url_for("admin.replay", event_row_id=event_row_id),
        decide_url=(
            url_for("admin.unmatched_event", event_row_id=event_row_id)
            if summary.status in {EventStatus.PARKED, EventStatus.SET_ASIDE}
            else ""
        ),
        payload=shown(found.payload),
    )
    return render_template("admin/event.html", page=page)


def status_badge(subject: str, status: str | None) -> Badge | None:
    """Return the badge of a status of the table `subject`; None for no status."""
    return None if status is None else wording.badge(_member(subject, status))


def row_url(found: Mapping[tuple[str, int], tuple[state_queries.Page, str]], subject: str, subject_id: int) -> str:
    """Return where a row can be looked at; "" where it has no page."""
    page, key = found.get((subject, subject_id), (state_queries.Page.NONE, ""))
    if page not in ADDRESSES:
        return ""
    endpoint, name, _word = ADDRESSES[page]
    values: dict[str, Any] = {name: key}
    return url_for(endpoint, **values)


def _member(subject: str, status: str) -> Status:
    machine = next(model.machine for model in Ruled.ruled if model.machine.name == subject)
    return machine.states(status)


def _facts(summary: EventSummary, digest: bytes) -> tuple[Fact, ...]:
    facts = [
        Fact(_("Provider"), sentence(summary.provider)),
        Fact(_("Event"), summary.event_id),
        Fact(_("About"), summary.object_id or _("Nothing we know")),
        Fact(_("Account"), summary.account or _("Ours")),
        Fact(_("Came by"), ROADS[summary.road]),
        Fact(_("Received"), time_text(summary.received_at)),
        Fact(_("Tries to apply it"), str(summary.attempts)),
        Fact(_("Body SHA-256"), digest.hex()),
    ]
    if summary.next_attempt_at is not None:
        facts.append(Fact(_("Next try"), time_text(summary.next_attempt_at)))
    return tuple(facts)


def _headers(headers: Mapping[str, Any], road: EventRoad) -> tuple[Fact, ...]:
    """Return what is kept of the delivery: what sent it, and how its signature was verified."""
    facts = [Fact(name, str(headers[name])) for name in rules.KEPT_HEADERS if name in headers]
    if "signed_at" in headers:
        facts.append(Fact(_("Signature"), _("Verified with %(secret)s", secret=_secret_text(headers["secret"]))))
        facts.append(Fact(_("Signed"), time_text(_EPOCH + timedelta(seconds=headers["signed_at"]))))
    elif road is EventRoad.LISTED:
        facts.append(Fact(_("Signature"), _("None: it was read from the provider's own list")))
    elif road is EventRoad.MADE:
        facts.append(Fact(_("Signature"), _("None: its event was gone, and it was made from the object itself")))
    return tuple(facts or (Fact(pgettext("of a delivery", "Headers"), _("Not kept: it came before they were")),))


def _secret_text(place: int) -> str:
    if place == 0:
        return _("the newest secret of its day")
    if place == 1:
        return _("the secret before the newest, which is being replaced")
    return _("an old secret, %(place)s back", place=place)


def _first_look(road: EventRoad) -> str:
    return _("Received and stored by %(road)s", road=ROADS[road].lower())


def _reason_text(each: Attempt) -> str:
    return _("Reason: %(reason)s", reason=each.reason) if each.reason else ""


def _looks(changes: Sequence[Change], attempts: Sequence[Attempt], road: EventRoad) -> tuple[TimelineEntry, ...]:
    """Return every look at the event, newest first: its statuses, and the attempts that changed none."""
    entries = [
        TimelineEntry(
            title=_first_look(road) if change.verb == "begin" else _LOOKS[change.verb],
            when=time_text(change.at),
            when_iso=change.at.isoformat(),
            detail=sentence(as_read(change.because)) if change.verb != "begin" else "",
            actor=actor_text(change),
            source="",
            state={"park": "wait", "begin": "done"}.get(change.verb, "done"),
        )
        for change in changes
    ]
    entries += [
        TimelineEntry(
            title=str(OUTCOMES[each.outcome]),
            when=time_text(each.at),
            when_iso=each.at.isoformat(),
            detail=" ".join(filter(None, (sentence(as_read(each.note)), _reason_text(each)))),
            actor=each.by or (_("Command line") if each.road is EventRoad.REPLAY else ROADS[each.road]),
            source="",
            state="wait" if each.outcome is Outcome.WAITS else "done",
        )
        for each in attempts
    ]
    return tuple(sorted(entries, key=lambda entry: entry.when_iso, reverse=True))


def _moved(moved: Sequence[Moved]) -> tuple[EffectRow, ...]:
    """Return one row per row that moved: its first status before, its last one after."""
    places = state_queries.pages({(each.subject, each.subject_id) for each in moved})
    rows: dict[tuple[str, int], list[Moved]] = {}
    for each in moved:
        rows.setdefault((each.subject, each.subject_id), []).append(each)
    return tuple(
        EffectRow(
            what=subject_text(subject, subject_id),
            url=row_url(places, subject, subject_id),
            before=status_badge(subject, steps[0].from_status),
            after=wording.badge(_member(subject, steps[-1].to_status)),
            because=as_read(steps[-1].because),
        )
        for (subject, subject_id), steps in rows.items()
    )


def _entry(booked: Booked) -> EntryRow:
    amount = money_text(booked.amount_minor, booked.currency)
    return EntryRow(booked.description, booked.key, entry_url(booked.id), amount)


def _told(told: ToldPerson) -> ToldRow:
    return ToldRow(
        plain_text(told.kind.value),
        subject_text(told.subject, told.subject_id),
        told.user_name,
        url_for("admin.user", user_id=told.user_id),
    )


def _no_effect(effects: Effects, status: EventStatus) -> str:
    """Return why there is nothing to show, in words; "" when there is something."""
    if not effects.is_nothing:
        return ""
    if status is EventStatus.APPLIED:
        return _("It changed nothing: what it tells was in the books before it came.")
    return _("It has had no effect.")

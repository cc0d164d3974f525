"""Taking a file of listings in: a hundred rows with each transaction, so that a killed job goes on where it stood.

Safe to repeat: the seller's own key names a listing. A row that asks for what is there changes nothing, and one that
asks for the same units as the last file leaves what was sold meanwhile sold.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from marketplace import history
from marketplace.catalog import import_parsing, import_terms, import_variants, operations
from marketplace.catalog.import_models import ListingImport, ListingImportFault
from marketplace.catalog.import_parsing import Sheet, SheetRow, Wanted, WantedVariant
from marketplace.catalog.import_terms import Profiles
from marketplace.catalog.models import Listing, ListingKind
from marketplace.errors import Invalid
from marketplace.history import Actor
from marketplace.language import gettext as _
from marketplace.money import Money
from marketplace.queue import JobName, enqueue

_AT_ONCE = 100
_OUR_KEY = re.compile(r"#([0-9]{1,18})", re.ASCII)
_LONGEST_REASON = 200
_COMPARED = ("title", "description", "price_minor", "delivery_minor")
_NOT_COMPARED = frozenset({"listing_id", "number_key"})


@dataclass(slots=True)
class _Taken:
    """What came of some rows."""

    created: int = 0
    changed: int = 0
    same: int = 0
    faults: list[ListingImportFault] = field(default_factory=list)
    published: list[int] = field(default_factory=list)
    paused: list[int] = field(default_factory=list)

    def count(self, *, is_same: bool) -> None:
        """Count a row whose listing was there already."""
        self.same += is_same
        self.changed += not is_same


def begin_import(
    session: Session, *, seller_id: int, file_name: str, content: bytes, sheet: Sheet, now: datetime
) -> int:
    """Keep a file that was read, let a job take it in, and return the id of the import."""
    begun = ListingImport(
        seller_id=seller_id,
        file_name=file_name,
        encoding=sheet.encoding,
        separator=sheet.separator,
        content=content,
        rows_total=len(sheet.rows),
        sent_at=now,
    )
    session.add(begun)
    session.flush()
    enqueue(session, JobName.IMPORT_LISTINGS, import_id=begun.id)
    return begun.id


def take_rows(session: Session, *, import_id: int, now: datetime) -> bool:
    """Take in the next rows of a file, note what is wrong with others, and return whether there are more."""
    found = session.get(ListingImport, import_id)
    if found is None or found.content is None:
        return False
    sheet = import_parsing.read(found.content)
    rows = _in_order(sheet)[found.rows_done : found.rows_done + _AT_ONCE]
    taken = _take(session, found, sheet, rows, now)
    session.add_all(taken.faults)
    actor = Actor.user(found.seller_id, "import")
    history.move_many(session, Listing, taken.published, "publish", actor=actor, at=now)
    history.move_many(session, Listing, taken.paused, "pause", actor=actor, at=now)
    found.created += taken.created
    found.changed += taken.changed
    found.same += taken.same
    found.bad += len(taken.faults)
    found.rows_done += len(rows)
    if found.rows_done < found.rows_total:
        return True
    found.content, found.finished_at = None, now
    return False


def _take(session: Session, here: ListingImport, sheet: Sheet, rows: Sequence[SheetRow], now: datetime) -> _Taken:
    taken, new, variants = _Taken(), list[Wanted](), list[tuple[SheetRow, WantedVariant]]()
    first, profiles = _first_lines(sheet), import_terms.profiles_of(session, here.seller_id)
    known = _known(session, here.seller_id, [row.cells["sku"] for row in rows])
    for row in rows:
        try:
            wanted = import_parsing.wanted_of(row, reads_commas=sheet.separator == "semicolons")
            _check_first(row, first)
            listing = known.get(wanted.key)
            if isinstance(wanted, WantedVariant):
                variants.append((row, wanted))
                continue
            import_terms.check(wanted.terms, wanted.offer.price.currency, profiles)
            if listing is None:
                _check_new(wanted, here.seller_id, now)
                new.append(wanted)
            else:
                with session.begin_nested():
                    _change(session, listing, wanted, profiles, taken, now)
        except Invalid as error:
            taken.faults.append(_fault(here.id, row, error))
    _create(session, here.seller_id, new, profiles, taken, now)
    _take_variants(session, here, sheet, variants, taken, now)
    return taken


def _take_variants(
    session: Session,
    here: ListingImport,
    sheet: Sheet,
    variants: Sequence[tuple[SheetRow, WantedVariant]],
    taken: _Taken,
    now: datetime,
) -> None:
    """Take in rows of variants, after the listings that stand with them."""
    if not variants:
        return
    session.flush()
    keys = [key for _row, wanted in variants for key in (wanted.key, wanted.parent) if key]
    known = _known(session, here.seller_id, keys)
    named = {row.cells["sku"]: row.cells for row in reversed(sheet.rows)}
    for row, wanted in variants:
        try:
            with session.begin_nested():
                if wanted.key in known:
                    taken.count(is_same=import_variants.change(session, known, wanted, now))
                else:
                    options = import_parsing.options_of(named.get(wanted.parent, {}))
                    import_variants.add(session, known, wanted, options, now)
                    taken.created += 1
        except Invalid as error:
            taken.faults.append(_fault(here.id, row, error))


def _in_order(sheet: Sheet) -> Sequence[SheetRow]:
    """Return the rows as they are taken in: those of variants after all others, so that their listings are there."""
    return sorted(sheet.rows, key=lambda row: row.cells["kind"].lower() == import_parsing.VARIANT)


def _first_lines(sheet: Sheet) -> Mapping[str, int]:
    first: dict[str, int] = {}
    for row in sheet.rows:
        first.setdefault(row.cells["sku"], row.line)
    return first


def _check_first(row: SheetRow, first: Mapping[str, int]) -> None:
    line = first[row.cells["sku"]]
    if line != row.line:
        raise Invalid(_("This key stands in line %(line)s already.", line=line), field="sku")


def _known(session: Session, seller_id: int, keys: Sequence[str]) -> dict[str, Listing]:
    """Return the seller's listings by the keys that name them: their own, or # and our number."""
    own = select(Listing).where(Listing.seller_id == seller_id)
    named = session.execute(own.where(Listing.sku.in_(keys))).scalars()
    found = {str(listing.sku): listing for listing in named}
    numbers = [int(match[1]) for match in map(_OUR_KEY.fullmatch, keys) if match]
    if numbers:
        found |= {
            f"#{listing.id}": listing for listing in session.execute(own.where(Listing.id.in_(numbers))).scalars()
        }
    return found


def _check_new(wanted: Wanted, seller_id: int, now: datetime) -> None:
    if _OUR_KEY.fullmatch(wanted.key):
        raise Invalid(_("You have no listing %(key)s.", key=wanted.key), field="sku")
    if wanted.status == "paused":
        raise Invalid(_("A new listing is draft or active."), field="status")
    operations.as_rows(wanted.offer, seller_id=seller_id, now=now)


def _create(
    session: Session, seller_id: int, new: Sequence[Wanted], profiles: Profiles, taken: _Taken, now: datetime
) -> None:
    if not new:
        return
    offers = [wanted.offer for wanted in new]
    ids = operations.create_listings(session, seller_id=seller_id, offers=offers, now=now)
    for listing_id, wanted in zip(ids, new, strict=True):
        listing = session.get_one(Listing, listing_id)
        listing.sku, listing.imported_units = wanted.key, wanted.offer.units
        if not import_terms.is_same(listing, wanted.terms, profiles):
            import_terms.write(session, listing, wanted.terms, profiles)
    taken.created += len(ids)
    taken.published += [listing_id for listing_id, each in zip(ids, new, strict=True) if each.status == "active"]


def _change(
    session: Session, listing: Listing, wanted: Wanted, profiles: Profiles, taken: _Taken, now: datetime
) -> None:
    """Write an own listing anew where the row asks for something else; variants have their price and stock in rows."""
    if listing.parent_id is not None:
        raise Invalid(_("This key names a variant. Write variant here."), field="kind")
    if (listing.kind == ListingKind.CAR) != isinstance(wanted.offer.item, operations.CarFacts):
        raise Invalid(_("A car stays a car and a part a part."), field="kind")
    # First how it is sent: the price of the delivery is its own only without a profile.
    is_sent_alike = import_terms.is_same(listing, wanted.terms, profiles)
    if not is_sent_alike:
        import_terms.write(session, listing, wanted.terms, profiles)
    units, seen = wanted.offer.units, wanted.seen_stock
    if seen is None and units == listing.imported_units:
        units = listing.in_stock
    if listing.option_names:
        units = seen = listing.in_stock
    offer, seen = replace(wanted.offer, units=units), listing.in_stock if seen is None else seen
    is_called_so = import_variants.call_options(listing, wanted.options)
    if listing.option_names:
        offer = replace(offer, price=Money(listing.price_minor, offer.price.currency))
    is_same = _is_same(session, listing, offer, now) and units in {seen, listing.in_stock}
    if not is_same:
        operations.revise(
            session, seller_id=listing.seller_id, listing_id=listing.id, offer=offer, seen_stock=seen, now=now
        )
    is_same = is_same and is_sent_alike and is_called_so
    listing.imported_units = wanted.offer.units
    moves = {"active": ("publish", taken.published), "paused": ("pause", taken.paused)}
    if wanted.status in moves and listing.status.value != wanted.status:
        verb, ids = moves[wanted.status]
        if not Listing.machine.can(listing.status, verb):
            raise Invalid(_("A draft can't be paused."), field="status")
        ids.append(listing.id)
        is_same = False
    session.flush()
    taken.count(is_same=is_same)


def _is_same(session: Session, listing: Listing, offer: operations.Offer, now: datetime) -> bool:
    asked, asked_details = operations.as_rows(offer, seller_id=listing.seller_id, now=now)
    details = session.get_one(type(asked_details), listing.id)
    names = [column.key for column in asked_details.__table__.columns if column.key not in _NOT_COMPARED]
    compared = _COMPARED if listing.delivery_profile_id is None else _COMPARED[:-1]
    return (
        asked.currency == listing.currency
        and all(getattr(asked, name) == getattr(listing, name) for name in compared)
        and all(getattr(asked_details, name) == getattr(details, name) for name in names)
    )


def _fault(import_id: int, row: SheetRow, error: Invalid) -> ListingImportFault:
    key = "".join(sign for sign in row.cells["sku"] if sign.isprintable())[: import_parsing.LONGEST_KEY]
    reason = error.message[:_LONGEST_REASON]
    return ListingImportFault(import_id=import_id, line=row.line, sku=key, field=error.field or "", reason=reason)

"""What a copied row says in each of its columns, in SQL: ids moved, people exchanged, times shifted, words numbered.

In every statement `r` is a row of the seed, `s` the copy's place in time and `r.k` its number: copy k of what an old
purchase did a month later stands at place k + as many places as a month has.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from bench.bulk_seed import Seed
from bench.bulk_shelf import Crowd

PLAIN_KEYS = frozenset({"shipment", "order_fee", "provider_watch"})
"""Tables without an id of their own."""
_EVENTS = "r.type IN ('checkout.session.completed', 'payment_intent.succeeded', 'transfer.created')"
_PARTS_EACH = 6
_MONTH_NUMBERED = 1_000_000
"""Between the transaction numbers of two copies."""


@dataclass(frozen=True)
class Place:
    """Where the copies of a table's rows go: behind `top`; the seed's are those in (empty, done]."""

    top: int
    empty: int
    done: int
    paid: int
    paid_out: int


@dataclass(frozen=True)
class Table:
    """A table that is copied: by what its rows are old or new, and which columns point where."""

    name: str
    band: tuple[str, str]
    """A column, and the table whose id it holds: where that row stands in time, this one does."""
    points: Mapping[str, str]
    """Columns that hold ids of another copied table."""
    people: tuple[str, ...] = ()
    numbered: tuple[str, ...] = ()
    """Names given by the provider, and tokens: each copy has its own."""
    where: str = "true"

    def is_seed(self, seed: Seed) -> str:
        """Return the condition that a row of the table belongs to the seed's purchases."""
        if self.name == "provider_watch":
            return "true"
        column, table = self.band
        return f"{column} > {seed.empty[table]} AND {column} <= {seed.done[table]}"


def _own(name: str, **others: object) -> Table:
    return Table(name, ("id", name), **others)  # type: ignore[arg-type]


TABLES = (
    _own("purchase", points={}, people=("buyer_id",), numbered=("checkout_token",)),
    _own("order", points={"purchase_id": "purchase"}, people=("buyer_id", "seller_id")),
    _own("order_line", points={"order_id": "order"}),
    Table("order_fee", ("order_id", "order"), {"order_id": "order"}),
    Table("shipment", ("order_id", "order"), {"order_id": "order"}),
    _own(
        "payment",
        points={"purchase_id": "purchase"},
        people=("user_id",),
        numbered=("provider_session_id", "provider_payment_id"),
    ),
    _own("payment_tracker", points={"payment_id": "payment"}, numbered=("payment_intent_id",)),
    _own("payment_transaction", points={"payment_id": "payment", "order_id": "order"}, people=("seller_id",)),
    _own("stock_reservation", points={"purchase_id": "purchase"}),
    _own("balance_transaction", points={"payment_id": "payment"}, numbered=("provider_id",)),
    _own("payout", points={}, people=("seller_id",), numbered=("transfer_id", "provider_payout_id")),
    _own("payout_line", points={"payout_id": "payout", "transaction_id": "payment_transaction"}),
    _own("outbound_call", points={}, numbered=("provider_object_id",)),
    _own(
        "provider_event", points={"payment_id": "payment"}, numbered=("event_id", "object_id"), where=_EVENTS
    ),
    Table("provider_watch", ("subject_id", ""), {}),
    _own("ledger_entry", points={"payment_id": "payment"}),
    _own("posting", points={"entry_id": "ledger_entry", "order_id": "order"}, people=("owner_id",)),
    _own("notification", points={}, people=("user_id",)),
    _own(
        "status_change",
        points={},
        people=("actor_user_id",),
        where="r.subject <> 'provider_event' OR EXISTS (SELECT FROM bulk.provider_event e"
        f" WHERE e.id = r.subject_id AND {_EVENTS.replace('r.type', 'e.type')})",
    ),
    _own("invoice", points={"order_id": "order"}, people=("issuer_id", "recipient_id")),
)  # fmt: skip
_CALLS = {"create_checkout": "payment", "transfer": "payout", "bank_payout": "payout"}
_WATCHED = {"payment": "payment", "payout": "payout"}
_SUBJECTS = {table.name: table.name for table in TABLES if table.name not in PLAIN_KEYS}


class Columns:
    """Writes the statements that copy a seed."""

    def __init__(self, seed: Seed, crowd: Crowd, places: Mapping[str, Place], old: int, count: int) -> None:
        self._seed, self._crowd, self._places = seed, crowd, places
        self._old, self._count = old, count
        self._month = count - old
        self._step = seed.waited.total_seconds() / self._month

    def statements(self, table: Table, names: list[str], ranges: Iterable[tuple[int, int]]) -> Iterator[str]:
        """Return what copies a table, some places in time at a time."""
        values = ", ".join(self._value(table, name) for name in names)
        listed = ", ".join(f'"{name}"' for name in names)
        for first, last in ranges:
            source = self._source(table, first, last)
            insert = f'INSERT INTO "{table.name}" ({listed}) OVERRIDING SYSTEM VALUE SELECT {values} {source}'
            if table.name == "invoice":
                yield self._numbers(source)
            yield insert

    def _source(self, table: Table, first: int, last: int) -> str:
        band, lasts = self._band(table, "t"), self._old
        # The second part of a place: an old purchase's later rows belong to a copy from a month before.
        return (
            f"FROM generate_series({first}, {last}) s CROSS JOIN LATERAL (SELECT t.*, {band} AS band,"
            f' s - CASE {band} WHEN 1 THEN {self._month} ELSE 0 END AS k FROM bulk."{table.name}" t'
            f" WHERE {table.is_seed(self._seed)}) r"
            f" WHERE CASE WHEN band = 2 THEN k >= {lasts} ELSE k >= 0 AND k < {lasts} END AND ({table.where})"
        )

    def _band(self, table: Table, row: str) -> str:
        """Return 0 for rows of old purchases, 1 for what happened to them later, 2 for rows of new ones."""
        column, name = table.band
        if table.name == "provider_watch":
            return self._by(f"{row}.kind", _WATCHED, lambda other: self._band_of(f"{row}.subject_id", other))
        return self._band_of(f"{row}.{column}", name)

    def _band_of(self, value: str, name: str) -> str:
        seed = self._seed
        return (
            f"(CASE WHEN {value} <= {seed.paid[name]} THEN 0 WHEN {value} <= {seed.paid_out[name]} THEN 1 ELSE 2 END)"
        )

    def _value(self, table: Table, name: str) -> str:
        column = f'r."{name}"'
        special = self._special(table.name, name)
        if special:
            return special
        if name == "id":
            return self._id(column, table.name)
        if name in table.points:
            return self._id(column, table.points[name])
        if name in table.people:
            return self._person(column)
        if name in table.numbered:
            return f"{column} || '_' || r.k"
        if name.endswith(("_at", "_date", "_until", "_since")) or name in {"at", "available_on", "next_attempt_at"}:
            return self._moment(column)
        if name == "written_in":
            return f"{column} + r.k::bigint * {_MONTH_NUMBERED}"
        return column

    def _special(self, table: str, name: str) -> str:
        crowd, ids = self._crowd, self._id
        seller = f"({self._person('r.seller_id')} - {crowd.first_seller})"
        issuer = f"({self._person('r.issuer_id')} - {crowd.first_seller})"
        found = {
            ("purchase", "cart_id"): "NULL",
            ("order_line", "listing_id"): self._listing("r.listing_id"),
            ("stock_reservation", "listing_id"): self._listing("r.listing_id"),
            ("payout", "seller_account_id"): f"{crowd.first_account} + {seller}",
            ("invoice", "series_id"): f"{crowd.first_series} + {issuer}",
            ("invoice", "position"): self._position(),
            ("invoice", "number"): self._number(),
            ("invoice", "content"): self._content(),
            ("invoice", "content_hash"): f"sha256(convert_to({self._content()}, 'UTF8'))",
            ("provider_watch", "subject_id"): self._by("r.kind", _WATCHED, lambda other: ids("r.subject_id", other)),
            ("outbound_call", "subject_id"): self._by("r.kind", _CALLS, lambda other: ids("r.subject_id", other)),
            ("outbound_call", "idempotency_key"): "split_part(r.idempotency_key, '/', 1) || '/' || r.kind || '/' || "
            + self._by("r.kind", _CALLS, lambda other: ids("r.subject_id", other)) + " || '/' || r.attempt",
            ("outbound_call", "request"): self._request(),
            ("notification", "subject_id"): self._by("r.subject", _SUBJECTS, lambda other: ids("r.subject_id", other)),
            ("status_change", "subject_id"): self._by("r.subject", _SUBJECTS, lambda other: ids("r.subject_id", other)),
            ("status_change", "source"): "CASE WHEN r.source LIKE 'evt~_%' ESCAPE '~' THEN r.source || '_' || r.k"
            " ELSE r.source END",
            # What the provider wrote is long; the pages of lists show none of it.
            ("provider_event", "payload"): "jsonb_build_object('id', r.payload->'id', 'type', r.payload->'type',"
            " 'object', 'event', 'data', jsonb_build_object('object', jsonb_build_object('id', r.object_id)))",
            ("ledger_entry", "key"): self._key(),
            ("ledger_entry", "description"): self._words(),
            ("ledger_entry", "hash"): self._hash(),
        }  # fmt: skip
        return found.get((table, name), "")

    def _id(self, value: str, name: str) -> str:
        """Return the id of the copy of a row, NULL for none."""
        place = self._places[name]
        wide = place.done - place.empty
        late = f"CASE WHEN {value} > {place.paid} AND {value} <= {place.paid_out} THEN {self._month} ELSE 0 END"
        return f"({place.top - place.empty} + {value} + (r.k + {late})::bigint * {wide})"

    def _person(self, value: str) -> str:
        """Return who takes a person's part: the first seller's and buyer's often the same, the others' in turn."""
        seed, crowd = self._seed, self._crowd
        seller, buyer = f"({value} - {seed.sellers[0]})", f"({value} - {seed.buyers[0]})"
        most, many = len(seed.sellers) - 1, len(seed.buyers) - 1
        return (
            f"(CASE WHEN {value} BETWEEN {seed.sellers[0]} AND {seed.sellers[-1]} THEN {crowd.first_seller}"
            f" + CASE WHEN {seller} = 0 AND r.k % 2 = 0 THEN 0"
            f" ELSE 1 + (r.k * {most} + {seller} - 1 + {crowd.sellers - 1}) % {crowd.sellers - 1} END"
            f" WHEN {value} BETWEEN {seed.buyers[0]} AND {seed.buyers[-1]} THEN {crowd.first_buyer}"
            f" + CASE WHEN {buyer} = 0 AND r.k % 10 = 0 THEN 0"
            f" ELSE 1 + (r.k * {many} + {buyer} - 1 + {crowd.buyers - 1}) % {crowd.buyers - 1} END"
            f" ELSE {value} END)"
        )

    def _listing(self, value: str) -> str:
        seed, crowd = self._seed, self._crowd
        first = seed.done["listing"] - _PARTS_EACH * len(seed.sellers) + 1
        whose = self._person(f"(({value} - {first}) / {_PARTS_EACH} + {seed.sellers[0]})")
        which = f"((r.k * {_PARTS_EACH} + ({value} - {first}) % {_PARTS_EACH}) % {crowd.per_seller})"
        return f"({crowd.first_listing} + {whose} - {crowd.first_seller} + {crowd.sellers} * {which})"

    def _moment(self, value: str) -> str:
        """Return a time moved so that the last copy's is as it was, and the others before it in equal steps."""
        waited = f"CASE WHEN r.band < 2 THEN {self._seed.waited.total_seconds():.6f} ELSE 0 END"
        return f"({value} + make_interval(secs => {waited} - ({self._count} - 1 - r.k) * {self._step:.6f}))"

    def _by(self, column: str, kinds: Mapping[str, str], value: object) -> str:
        cases = " ".join(f"WHEN '{kind}' THEN {value(name)}" for kind, name in kinds.items())  # type: ignore[operator]
        return f"(CASE {column} {cases} END)"

    def _request(self) -> str:
        """Return a request; one about a payout names the account of who takes the seller's part."""
        whose = f"({self._person('p.seller_id')} - {self._crowd.first_seller})"
        return (
            "CASE WHEN r.request ? 'account_id' THEN r.request || (SELECT jsonb_build_object('account_id',"
            f" a.account_id || '_' || {whose}, 'reference', 'payout:' || {self._id('p.id', 'payout')})"
            " FROM bulk.payout p, seller_account a WHERE p.id = r.subject_id AND a.id = 1) ELSE r.request END"
        )

    def _key(self) -> str:
        number = "split_part(r.key, ':', 2)::bigint"
        return (
            "CASE split_part(r.key, ':', 1)"
            f" WHEN 'payment' THEN 'payment:' || {self._id(number, 'payment')} || ':captured'"
            f" WHEN 'transaction' THEN 'transaction:' || {self._id(number, 'payment_transaction')} || ':released'"
            " WHEN 'balance_transaction' THEN r.key || '_' || r.k END"
        )

    def _words(self) -> str:
        number = r"substring(r.description FROM '\d+')::bigint"
        return (
            "CASE split_part(r.description, ' ', 1)"
            f" WHEN 'Payment' THEN 'Payment ' || {self._id(number, 'payment')} || ' captured'"
            f" WHEN 'Share' THEN 'Share ' || {self._id(number, 'payment_transaction')} || ' released'"
            f" WHEN 'Payout' THEN 'Payout PO-' || 100000 + {self._id(f'({number} - 100000)', 'payout')}"
            " || ' transferred' ELSE r.description END"
        )

    def _hash(self) -> str:
        """Return the hash of an entry with its copied postings, as ledger.operations.entry_hash writes them."""
        when = f"to_char({self._moment('r.booked_at')} AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US')"
        owner, order = self._person("p.owner_id"), self._id("p.order_id", "order")
        lines = (
            f"(SELECT string_agg(concat_ws('|', p.account, coalesce({owner}::text, 'None'),"
            f" coalesce({order}::text, 'None'), p.currency, p.amount_minor), E'\\n' ORDER BY p.id)"
            " FROM bulk.posting p WHERE p.entry_id = r.id)"
        )
        payment = f"coalesce({self._id('r.payment_id', 'payment')}::text, 'None')"
        parts = f"{self._key()}, {self._words()}, {payment}, replace({when}, '.000000', '') || '+00:00', {lines}"
        return f"sha256(convert_to(concat_ws(E'\\n', {parts}), 'UTF8'))"

    def _numbers(self, source: str) -> str:
        """Return what gives the invoices of some places the next positions of their series."""
        issuer, own = self._person("r.issuer_id"), self._id("r.id", "invoice")
        return (
            "CREATE TABLE IF NOT EXISTS bulk.taken (id bigint PRIMARY KEY, issuer_id bigint, position bigint);"
            " CREATE TABLE IF NOT EXISTS bulk.last (issuer_id bigint PRIMARY KEY, position bigint);"
            f" INSERT INTO bulk.taken SELECT id, n.issuer_id, row_number() OVER (PARTITION BY n.issuer_id ORDER BY id)"
            " + coalesce(l.position, 0)"
            f" FROM (SELECT {own} AS id, {issuer} AS issuer_id {source}) n LEFT JOIN bulk.last l USING (issuer_id);"
            " TRUNCATE bulk.last;"
            " INSERT INTO bulk.last SELECT issuer_id, max(position) FROM bulk.taken GROUP BY 1; ANALYZE bulk.taken"
        )

    def _position(self) -> str:
        return f"(SELECT n.position FROM bulk.taken n WHERE n.id = {self._id('r.id', 'invoice')})"

    def _number(self) -> str:
        position = self._position()
        return f"('INV-' || {self._person('r.issuer_id')} || '-' || lpad({position}::text, greatest(5, length({position}::text)), '0'))"

    def _content(self) -> str:
        order = f"'\"TM-' || 100000 + {self._id('r.order_id', 'order')} || '\"'"
        return (
            f"replace(replace(r.content, '\"' || r.number || '\"', '\"' || {self._number()} || '\"'),"
            f" '\"TM-' || 100000 + r.order_id || '\"', {order})"
        )

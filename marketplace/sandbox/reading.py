"""How objects are shown: what depends on the moment, `expand`, and lists with cursors."""

from typing import Any

from marketplace.sandbox.errors import invalid, missing
from marketplace.sandbox.store import LOOK_UPS, Stored, Work, stored_from
from marketplace.sandbox.wire import JSON, Reader

_DEEPEST_EXPANSION = 4
_NOT_SHOWN = {"account_link": "id", "bank_account": "created"}
_EXPANDABLE = {
    "payment_intent": "payment_intent",
    "latest_charge": "charge",
    "charge": "charge",
    "customer": "customer",
    "payment_method": "payment_method",
    "default_payment_method": "payment_method",
    "setup_intent": "setup_intent",
    "balance_transaction": "balance_transaction",
    "failure_balance_transaction": "balance_transaction",
    "destination_payment": "charge",
    "destination_payment_refund": "refund",
    "source_transaction": "charge",
    "source_transfer": "transfer",
    "transfer": "transfer",
    "transfer_reversal": "transfer_reversal",
}
_KIND_OF_PREFIX = {
    "ch": "charge", "py": "charge", "re": "refund", "pyr": "refund", "tr": "transfer", "trr": "transfer_reversal",
    "po": "payout", "du": "dispute", "ba": "bank_account", "acct": "account",
    "connct": "connect_collection_transfer",
}  # fmt: skip
_OF_SEVERAL_KINDS = frozenset(
    (("source", "balance_transaction"), ("destination", "transfer"), ("destination", "payout"))
)
EMPTY = frozenset((
    "invoice", "review", "subscription", "on_behalf_of", "application", "discount", "application_fee",
    "original_payout", "reversed_by", "source_refund", "source_transfer_reversal",
))  # fmt: skip


def show(work: Work, stored: Stored) -> JSON:
    """Return what the API shows of an object at this moment."""
    data = dict(stored.data)
    if stored.kind == "balance_transaction":
        data["status"] = "available" if data["available_on"] <= work.now else "pending"
    elif stored.kind == "transfer":
        url = f"/v1/transfers/{stored.id}/reversals"
        data["reversals"] = _part_list(work, "transfer_reversal", url, transfer=stored.id)
    elif stored.kind == "account":
        url = f"/v1/accounts/{stored.id}/external_accounts"
        data["external_accounts"] = _part_list(work, "bank_account", url, account=stored.id)
    elif stored.kind == "dispute":
        moved = [work.need("balance_transaction", money) for money in stored.private["moved"]]
        data["balance_transactions"] = [show(work, one) for one in moved]
    elif stored.kind == "radar.early_fraud_warning":
        charge = work.need("charge", data["charge"])
        data["actionable"] = not (charge.data["refunded"] or charge.data["disputed"])
    elif stored.kind in _NOT_SHOWN:
        del data[_NOT_SHOWN[stored.kind]]
    return data


def _part_list(work: Work, kind: str, url: str, **owner: str) -> JSON:
    """Return the list object of the ten newest parts that an object shows inside itself."""
    found = work.find(kind, **owner)[::-1]
    shown = [show(work, part) for part in found[:10]]
    return {"object": "list", "data": shown, "has_more": len(found) > 10, "total_count": len(found), "url": url}


def line_items(session: Stored) -> JSON:
    """Return the list object of a session's line items."""
    url = f"/v1/checkout/sessions/{session.id}/line_items"
    return {"object": "list", "data": session.private["line_items"], "has_more": False, "url": url}


def refunds_of(work: Work, charge: Stored) -> JSON:
    """Return the list object of a charge's ten newest refunds."""
    found = work.find("refund", charge=charge.id)[::-1]
    shown = [show(work, refund) for refund in found[:10]]
    return {"object": "list", "data": shown, "has_more": len(found) > 10, "url": f"/v1/charges/{charge.id}/refunds"}


def expand(work: Work, body: JSON, paths: list[str]) -> JSON:
    """Replace ids in `body` by their objects along dotted paths such as `latest_charge.balance_transaction`.

    Raises ApiError when a path is too deep or leads nowhere.
    """
    for path in paths:
        parts = path.split(".")
        if len(parts) > _DEEPEST_EXPANSION:
            raise invalid("You cannot expand more than 4 levels of a property.", "expand")
        _expand_path(work, body, parts, path)
    return body


def _expand_path(work: Work, body: JSON, parts: list[str], path: str) -> None:
    name, rest = parts[0], parts[1:]
    if name == "data" and body.get("object") == "list":
        for item in body["data"]:
            if rest:
                _expand_path(work, item, rest, path)
        return
    inner = _expanded(work, body, name, path)
    if inner is not None:
        body[name] = inner
        if rest:
            _expand_path(work, inner, rest, path)


def _expanded(work: Work, body: JSON, name: str, path: str) -> JSON | None:
    kind, value = body.get("object"), body.get(name)
    if isinstance(value, dict):
        return value
    if name == "line_items" and kind == "checkout.session":
        return line_items(work.need("checkout.session", body["id"]))
    if name == "refunds" and kind == "charge":
        return refunds_of(work, work.need("charge", body["id"]))
    if name in EMPTY and name in body:
        return None
    if (name, kind) in _OF_SEVERAL_KINDS and value is None:
        return None
    target = _EXPANDABLE.get(name)
    if (name, kind) in _OF_SEVERAL_KINDS and value:
        target = _KIND_OF_PREFIX.get(value.split("_")[0])
    if target is None or name not in body:
        raise invalid(f"This property cannot be expanded ({path}).", "expand")
    found = work.get(target, value)
    return show(work, found) if found else None


def created_filter(params: Reader) -> tuple[str, dict[str, int]]:
    """Return the SQL condition and its values for `created`, a moment or a range. Raises ApiError."""
    if not isinstance(params.raw("created"), dict):
        moment = params.integer("created")
        return ("", {}) if moment is None else (" AND created = %(created_at)s", {"created_at": moment})
    span = params.group("created")
    condition, values = "", {}
    for name, sign in (("gt", ">"), ("gte", ">="), ("lt", "<"), ("lte", "<=")):
        moment = span.integer(name) if span else None
        if moment is not None:
            condition += f" AND created {sign} %(created_{name})s"
            values[f"created_{name}"] = moment
    if span:
        span.finish()
    return condition, values


def list_objects(
    work: Work,
    kind: str,
    params: Reader,
    url: str,
    filters: tuple[str, ...] = (),
    more: tuple[str, dict[str, Any]] = ("", {}),
) -> JSON:
    """Return one page of the acting account's objects, newest first.

    `filters` are parameters named like fields; `more` is a further SQL condition of ours, " AND …", with its values.
    Raises ApiError for wrong filters or an unknown cursor.
    """
    condition, values = created_filter(params)
    condition += more[0]
    given: dict[str, Any] = {"kind": kind, "whose": work.account, **values, **more[1]}
    for name in filters:
        value = params.text(name)
        if value is not None:
            condition += f" AND {name if name in LOOK_UPS else f'data->>{name!r}'} = %({name})s"
            given[name] = value
    return page(
        work,
        "objects",
        f"kind = %(kind)s AND account = %(whose)s AND NOT private ? 'deleted'{condition}",
        given,
        params,
        url,
        lambda row: show(work, stored_from(row)),
    )


def page(
    work: Work,
    table: str,
    condition: str,
    values: dict[str, Any],
    params: Reader,
    url: str,
    render: Any,
    shown: str = "*",
) -> JSON:
    """Return a list object with cursor paging over `table`, of whose rows `render` needs `shown`. Raises ApiError."""
    limit = params.integer("limit", least=1, most=100) or 10
    after, before = params.text("starting_after"), params.text("ending_before")
    params.finish()
    if after and before:
        raise invalid("You cannot use both starting_after and ending_before.", "ending_before")
    order = "DESC"
    for name, cursor, sign in (("starting_after", after, "<"), ("ending_before", before, ">")):
        if cursor:
            row = work.row(f"SELECT seq FROM {table} WHERE id = %(id)s", id=cursor)  # noqa: S608  # ours
            if row is None:
                raise missing("object", cursor, name)
            condition += f" AND seq {sign} %(seq)s"
            values = {**values, "seq": row["seq"]}
            order = "ASC" if sign == ">" else "DESC"
    rows = work.rows(
        f"SELECT {shown} FROM {table} WHERE {condition} ORDER BY seq {order} LIMIT %(limit)s",  # noqa: S608  # ours
        limit=limit + 1,
        **values,
    )
    more, rows = len(rows) > limit, rows[:limit]
    if order == "ASC":
        rows.reverse()
    return {"object": "list", "data": [render(row) for row in rows], "has_more": more, "url": url}

"""What sellers do with variants: sell a part in some, change price, stock, name or offer of one, take one out."""

from typing import Any

from marketplace.simulation.buying import person
from marketplace.simulation.people import Person
from marketplace.simulation.play import Play, pick
from marketplace.simulation.scheduler import Task

_ALONE = "SELECT id, seller_id FROM listing WHERE status = 'active' AND option_names = '{}' ORDER BY id"
_DIVIDED = "SELECT id, seller_id, option_names[1] FROM listing WHERE option_names <> '{}' ORDER BY id"
_VARIANTS = """
    SELECT id, price_minor, in_stock, status = 'offered', option_values[1] FROM listing
    WHERE parent_id = %s AND status <> 'dropped' ORDER BY id
"""


def divide(play: Play, task: Task) -> str:
    """Sell a part left and right, with some units of each."""
    found = pick(task.chance, play.stage.rows(_ALONE))
    if found is None:
        return "everything comes in variants"
    seller, path = person(play, found[1]), f"/seller/listings/{found[0]}/variants"
    answer = seller.post(path, **{"deed": "begin", "name-1": "Side", "values-1": "left, right"})
    play.scheduler.pause()
    made = [
        _changed(row, task.chance.choice((-37, 0, 101)), task.chance.choice((0, 1, 3))) for row in _rows(play, found)
    ]
    return f"{seller.name} sells listing {found[0]} in variants: {answer.status}, {_save(seller, path, made)}"


def vary(play: Play, task: Task) -> str:
    """Change price, stock, offer or name of a variant, or take it out."""
    chance, found = task.chance, pick(task.chance, play.stage.rows(_DIVIDED))
    rows = _rows(play, found) if found else []
    if found is None or not rows:
        return "nothing comes in variants"
    seller, path, row = person(play, found[1]), f"/seller/listings/{found[0]}/variants", chance.choice(rows)
    what = chance.choices(("save", "offer", "rename", "drop"), weights=(10, 3, 3, 1))[0]
    play.scheduler.pause()
    if what == "drop":
        answer = f"{seller.post(f'{path}/drop', variant=row[0]).status}"
    elif what == "rename":
        words = {f"word-1-{place}": row[4] for place, row in enumerate(reversed(rows))}
        sent = {"deed": "rename", "option-1": found[2], "was-1": [row[4] for row in rows], **words}
        answer = f"{seller.post(path, **sent).status}"
    elif what == "offer":
        answer = _save(seller, path, [(*row[:3], not row[3], row[2])])
    else:
        answer = _save(seller, path, [_changed(row, chance.choice((-101, 0, 37)), chance.choice((-1, 0, 1, 2)))])
    return f"{seller.name} does {what} with variant {row[0]} of listing {found[0]}: {answer}"


def _rows(play: Play, listing: tuple[Any, ...]) -> list[tuple[Any, ...]]:
    return [tuple(row) for row in play.stage.rows(_VARIANTS, listing[0])]


def _changed(row: tuple[Any, ...], minor: int, units: int) -> tuple[Any, ...]:
    """Return what a variant shall be: id, price in minor units, units, whether it is offered, units that were seen."""
    return row[0], max(100, row[1] + minor), max(0, row[2] + units), row[3], row[2]


def _save(seller: Person, path: str, variants: list[tuple[Any, ...]]) -> str:
    form: dict[str, Any] = {"deed": "save", "variant": [row[0] for row in variants]}
    for number, minor, units, is_offered, seen in variants:
        form |= {f"price-{number}": f"{minor // 100}.{minor % 100:02d}", f"in_stock-{number}": units}
        form |= {f"seen-{number}": seen, f"offered-{number}": "1" if is_offered else None}
    return f"{seller.post(path, **form).status}"

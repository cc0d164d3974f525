"""What a part may vary in: how many options, how they are written, and which variants follow from them. Pure."""

from collections.abc import Sequence
from itertools import product

from marketplace.catalog import rules
from marketplace.errors import Invalid
from marketplace.language import gettext as _

MOST_OPTIONS = 2
MOST_VARIANTS = 40
LONGEST_WORDS = 40
"""Of the name of an option, or of one of its values."""


def clean_names(names: Sequence[str]) -> list[str]:
    """Return the names of the options that were given, one or two. Raises Invalid naming the field, `name-1`."""
    found = [
        rules.clean_line(name, field=f"name-{place}", longest=LONGEST_WORDS)
        for place, name in enumerate(names, start=1)
        if name.strip()
    ]
    if not found:
        raise Invalid(_("Say what buyers choose by, such as Side."), field="name-1")
    return _distinct(found, field="name-2")


def new_names(names: Sequence[str], *, options: int) -> list[str]:
    """Return other names for so many `options`. Raises Invalid naming the field, `option-1`."""
    if len(names) != options:
        raise Invalid(_("Give each option a name."), field="option-1")
    found = [
        rules.clean_line(name, field=f"option-{place}", longest=LONGEST_WORDS)
        for place, name in enumerate(names, start=1)
    ]
    return _distinct(found, field="option-2")


def check_apart(variants: Sequence[Sequence[str]]) -> None:
    """Raise Invalid where two `variants`, by their values, are the same but for capital letters."""
    seen: set[tuple[str, ...]] = set()
    for values in variants:
        key = tuple(map(str.casefold, values))
        if key in seen:
            raise Invalid(_("Two variants can't both be called “%(values)s”.", values=", ".join(values)))
        seen.add(key)


def listed_values(text: str, *, field: str) -> list[str]:
    """Return the values that stand in `text`, separated by commas or line ends, each once.

    Raises Invalid naming `field` for none and for one that is too long.
    """
    parts = [part for part in text.replace("\n", ",").split(",") if part.strip()]
    found: dict[str, str] = {}
    for part in parts:
        value = rules.clean_line(part, field=field, longest=LONGEST_WORDS)
        found.setdefault(value.casefold(), value)
    if not found:
        raise Invalid(_("Write at least one value, such as left, right."), field=field)
    return list(found.values())


def clean_values(values: Sequence[str], *, options: int) -> list[str]:
    """Return a variant's answer to each of so many `options`. Raises Invalid naming the field, `value-1`."""
    if len(values) != options:
        raise Invalid(_("Say what this variant is in each option."), field="value-1")
    return [
        rules.clean_line(value, field=f"value-{place}", longest=LONGEST_WORDS)
        for place, value in enumerate(values, start=1)
    ]


def combinations(values: Sequence[Sequence[str]]) -> list[list[str]]:
    """Return every variant that these values of each option make, in their order. Raises Invalid for too many."""
    count = 1
    for each in values:
        count *= len(each)
    check_count(count)
    return [list(each) for each in product(*values)]


def check_count(variants: int) -> None:
    """Raise Invalid for more variants than a listing's page can show."""
    if variants > MOST_VARIANTS:
        raise Invalid(
            _("These are %(count)s variants. A listing has at most %(most)s.", count=variants, most=MOST_VARIANTS),
            field="values-1",
        )


def _distinct(names: list[str], *, field: str) -> list[str]:
    if len({name.casefold() for name in names}) < len(names):
        raise Invalid(_("The two options need two names."), field=field)
    return names


def title_of(title: str, values: Sequence[str]) -> str:
    """Return the title of a variant, which names it wherever it stands; a long one of its listing gives way.

    The database writes it anew by its function variant_title, which does the same.
    """
    words = ", ".join(values)
    return f"{title[: 197 - len(words)]} ({words})"

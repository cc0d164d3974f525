"""The time zones in which people may read times: those of the IANA that are named after a place."""

from collections.abc import Sequence
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

from marketplace.errors import Invalid
from marketplace.language import gettext as _

_REGIONS = frozenset(
    {"Africa", "America", "Antarctica", "Asia", "Atlantic", "Australia", "Europe", "Indian", "Pacific"}
)


@cache
def names() -> Sequence[str]:
    """Return the names in order, such as Europe/Stockholm."""
    return tuple(sorted(name for name in available_timezones() if name.partition("/")[0] in _REGIONS and "/" in name))


def known(name: str) -> str:
    """Return `name`; raises Invalid when it is none of ours."""
    if name not in names():
        raise Invalid(_("Choose a time zone from the list."), field="time_zone")
    return name


def zone(name: str) -> ZoneInfo:
    """Return the zone of a name that was known when it was chosen; UTC for one that has left the IANA's list."""
    return ZoneInfo(name if name in names() else "UTC")

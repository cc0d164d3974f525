"""The settings as they are in effect: value, where it comes from, and what it does. Secrets are never shown (S1.7)."""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flask import current_app, render_template
from flask.typing import ResponseReturnValue

from marketplace.config import VARIABLES, Settings
from marketplace.language import Text
from marketplace.language import gettext as _
from marketplace.numerals import number_text
from marketplace.web import guards
from marketplace.web.admin.setting_words import GROUPS, Group, Words
from marketplace.web.console import Console, admin_console
from marketplace.web.pages import money_text, sentence
from marketplace.web.wording import Badge

_DEFAULT = Badge(Text("Default"), "mute")
_VALUES = {
    "seller": Text("Seller"),
    "platform": Text("Platform"),
    "daily": Text("Daily"),
    "weekly": Text("Weekly"),
    "monthly": Text("Monthly"),
    "manual": Text("Manual"),
}


@dataclass(frozen=True, slots=True)
class SettingRow:
    """One setting."""

    label: str
    does: str
    value: str
    unit: str
    badge: Badge
    source: str
    name: str
    """How it is set: the section and the key in the file, or the variable."""


@dataclass(frozen=True, slots=True)
class SettingGroup:
    """Settings that belong together."""

    title: str
    note: str
    rows: tuple[SettingRow, ...]


@dataclass(frozen=True, slots=True)
class SettingsPage:
    """What templates/admin/settings.html shows."""

    title: str
    console: Console
    groups: tuple[SettingGroup, ...]


@guards.admin_only
def settings() -> ResponseReturnValue:
    """Show every setting as it is in effect; they are changed in the environment and the file, not here."""
    found: Settings = current_app.extensions["settings"]
    page = SettingsPage(
        title=_("Settings"), console=admin_console("settings"), groups=tuple(_group(group, found) for group in GROUPS)
    )
    return render_template("admin/settings.html", page=page)


def _group(group: Group, settings: Settings) -> SettingGroup:
    note = _("Section %(section)s of the file", section=group.section) if group.section else _("From the environment")
    rows = (_row(group.section, name, words, settings) for name, words in group.settings.items())
    return SettingGroup(group.title, note, tuple(rows))


def _row(section: str, name: str, words: Words, settings: Settings) -> SettingRow:
    key = f"{section}.{name}" if section else name
    value = getattr(getattr(settings, section) if section else settings, name)
    source = settings.sources.get(key, "")
    return SettingRow(
        label=words.label,
        does=words.does,
        value=_shown(words, value, settings),
        unit=words.unit,
        badge=Badge(_("File") if section else _("Environment"), "ok") if source else _DEFAULT,
        source=source,
        name=key if section else VARIABLES.get(name, ""),
    )


def _shown(words: Words, value: Any, settings: Settings) -> str:
    if words.is_secret:
        return _fingerprints(value)
    if words.is_money:
        return money_text(value, settings.money.main_currency)
    # What counts nothing, such as a port, has no thousands.
    return str(value) if type(value) is int and not words.unit else _text(value)


def _text(value: object) -> str:
    if isinstance(value, bool):
        return _("On") if value else _("Off")
    if isinstance(value, int):
        return number_text(value)
    if isinstance(value, Mapping):
        return ", ".join(value) or _("Not set")
    if isinstance(value, tuple):
        return ", ".join(map(str, value))
    text = str(_VALUES.get(str(value), value)) if value else _("Not set")
    return text if isinstance(value, Path) or len(text) == 3 or "/" in text else sentence(text)


def _fingerprints(value: str | Iterable[str]) -> str:
    """Return that a secret is set, and enough of its hash to compare two installations."""
    secrets = [value] if isinstance(value, str) else list(value)
    marks = [hashlib.sha256(secret.encode()).hexdigest()[:4] for secret in secrets if secret]
    if not marks:
        return _("Not set")
    return _("Set, its hash begins with %(marks)s", marks=_(" and ").join(marks))

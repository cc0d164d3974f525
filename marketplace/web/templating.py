"""Jinja as this house uses it: names as one plain dict, components made once, and small ones drawn once per value.

Measured (docs/performance.md): half of a page's time went into looking for names, making components anew for each
import and drawing the same icon twenty times.
"""

from collections.abc import Callable, MutableMapping
from typing import Any

from flask.templating import Environment
from jinja2 import Template
from jinja2.environment import TemplateModule
from jinja2.runtime import Context, Macro

from marketplace import language

_MOST_REMEMBERED, _MOST_CHARACTERS = 4_096, 8_000_000
_MARK = "remembered"


class HouseTemplate(Template):
    """A template whose macros see globals and their arguments, nothing else (templates/components/README.md).

    So its module is made once, whoever imports it. A file that says `{% set remembered = true %}` also says that its
    macros depend on nothing but plain arguments: each drawing is kept and used again for the same arguments.
    """

    def _get_default_module(self, ctx: Context | None = None) -> TemplateModule:
        if self._module is None:
            module = self.make_module()
            if getattr(module, _MARK, False):
                for name, macro in list(vars(module).items()):
                    if isinstance(macro, Macro):
                        setattr(module, name, _remembering(macro))
            self._module = module
        return self._module


class HouseEnvironment(Environment):
    """Flask's environment with globals in a plain dict: a chain of dicts costs at every name."""

    template_class = HouseTemplate

    def get_template(
        self,
        name: str | Template,
        parent: str | None = None,
        globals: MutableMapping[str, Any] | None = None,  # noqa: A002  Jinja's name
    ) -> Template:
        """Return a template; one that was read before comes at once, as a page asks for fifteen of them."""
        made: dict[object, Template] = self.__dict__.setdefault("_made", {})
        found = None if globals else made.get(name)
        if found is None:
            found = super().get_template(name, parent, globals)
            if not globals and not self.auto_reload:
                made[name] = found
        return found

    def make_globals(self, d: MutableMapping[str, Any] | None) -> MutableMapping[str, Any]:
        """Return the names a template sees besides its page; all globals are set before the first template is read."""
        return {**self.globals, **(d or {})}


def _remembering(macro: Macro) -> Callable[..., str]:
    """Return `macro` with a memory of some megabytes. A list, a dict or a `call` block is drawn each time."""
    drawn: dict[object, str] = {}
    characters = 0

    def draw(*args: Any, **values: Any) -> str:
        nonlocal characters
        if "caller" in values:
            return macro(*args, **values)
        # By type as well: a text and the same text as markup are equal, but only one of them is escaped.
        key = (
            language.current(),
            args,
            tuple(map(type, args)),
            *((name, type(value), value) for name, value in values.items()),
        )
        try:
            found = drawn.get(key)
        except TypeError:
            return macro(*args, **values)
        if found is None:
            if len(drawn) >= _MOST_REMEMBERED or characters >= _MOST_CHARACTERS:
                drawn.clear()
                characters = 0
            found = drawn[key] = macro(*args, **values)
            characters += len(found)
        return found

    return draw

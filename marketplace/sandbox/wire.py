"""Stripe's form encoding: bracketed names to nested values and back to typed parameters."""

import json
import re
from json.encoder import encode_basestring
from typing import Any

from marketplace.sandbox.errors import ApiError, invalid

Params = dict[str, Any]
JSON = dict[str, Any]

_NAME = re.compile(r"^([^\[\]]+)((?:\[[^\[\]]*\])*)$")
_PART = re.compile(r"\[([^\[\]]*)\]")
_DEEPEST = 8


def parse_form(pairs: list[tuple[str, str]]) -> Params:
    """Return the nested parameters of form pairs such as `("line_items[0][quantity]", "2")`.

    Raises ApiError when a name is malformed or contradicts another one.
    """
    root: Params = {}
    for name, value in pairs:
        match = _NAME.match(name)
        if not match:
            raise invalid(f"Invalid parameter name: {name}", name)
        path = [match[1], *_PART.findall(match[2])]
        if len(path) > _DEEPEST:
            raise invalid(f"Parameter nested too deeply: {name}", name)
        _place(root, path, value, name)
    return root


def _place(root: Params, path: list[str], value: str, name: str) -> None:
    spot = root
    for part in path[:-1]:
        spot = spot.setdefault(part or str(len(spot)), {})
        if not isinstance(spot, dict):
            raise invalid(f"Parameter {name} is given both as a value and as a group.", name)
    last = path[-1] or str(len(spot))
    if isinstance(spot.get(last), dict):
        raise invalid(f"Parameter {name} is given both as a value and as a group.", name)
    spot[last] = value


def _is_list(value: Any) -> bool:
    return isinstance(value, dict) and bool(value) and all(key.isdigit() for key in value)


def lists(value: Any) -> Any:
    """Return `value` with groups whose names are all numbers turned into lists.

    Only the reader knows whether `metadata[1]` is a key or a place in a list, so this is not done while parsing.
    """
    if not isinstance(value, dict):
        return value
    if _is_list(value):
        return [lists(value[key]) for key in sorted(value, key=int)]
    return {key: lists(part) for key, part in value.items()}


def written(value: Any) -> str:
    """Return JSON as Stripe writes it: two spaces deep, `id` and `object` first, the other keys by name.

    In one pass: with an indent `json.dumps` does without its C code, and sorting first would copy everything.
    """
    return _object(value, "\n") if isinstance(value, dict) else _text(value, "\n")


def _text(value: Any, line: str) -> str:
    if isinstance(value, dict):
        return _object(value, line)
    if isinstance(value, list):
        deeper = f"{line}  "
        return f"[{deeper}{f',{deeper}'.join([_text(part, deeper) for part in value])}{line}]" if value else "[]"
    return json.dumps(value, ensure_ascii=False)


def _object(value: JSON, line: str) -> str:
    if not value:
        return "{}"
    deeper, pieces = f"{line}  ", []
    for key in sorted(value, key=_rank):
        one = value[key]
        # What most values are is written here: a call for each would cost more than the writing.
        if isinstance(one, str):
            text = encode_basestring(one)
        elif one is None:
            text = "null"
        else:
            text = _text(one, deeper)
        pieces.append(f"{encode_basestring(key)}: {text}")
    return f"{{{deeper}{f',{deeper}'.join(pieces)}{line}}}"


def _rank(key: str) -> str:
    return _FIRST.get(key, key)


_FIRST = {"id": "\0", "object": "\1"}


class Reader:
    """Reads one group of parameters and refuses what nobody asked for."""

    def __init__(self, params: Params, inside: str = "") -> None:
        self._params = params
        self._inside = inside
        self._read: set[str] = set()

    def label(self, name: str) -> str:
        """Return the full wire name of `name`, as error bodies show it."""
        return f"{self._inside}[{name}]" if self._inside else name

    def has(self, name: str) -> bool:
        """Return whether `name` was sent, even empty."""
        return name in self._params

    def text(self, name: str, longest: int = 5000) -> str | None:
        """Return a text parameter; absent and empty are None. Raises ApiError when it is a group or too long."""
        self._read.add(name)
        value = self._params.get(name)
        if value is None or value == "":
            return None
        if not isinstance(value, str):
            raise invalid(f"Invalid string: {self.label(name)}", self.label(name))
        if len(value) > longest:
            raise invalid(
                f"Invalid string: it must be at most {longest} characters, this one has {len(value)}.", self.label(name)
            )
        return value

    def required(self, name: str, longest: int = 5000) -> str:
        """Return a text parameter that must be there. Raises ApiError."""
        value = self.text(name, longest)
        if value is None:
            raise self.lacking(name)
        return value

    def lacking(self, name: str) -> ApiError:
        """Return the error for a parameter that must be there."""
        return invalid(f"Missing required param: {self.label(name)}.", self.label(name), "parameter_missing")

    def integer(self, name: str, *, least: int = 0, most: int = 2**62) -> int | None:
        """Return a whole number within bounds, or None. Raises ApiError."""
        value = self.text(name, 40)
        if value is None:
            return None
        if not re.fullmatch(r"-?[0-9]+", value):
            raise invalid(f"Invalid integer: {value}", self.label(name), "parameter_invalid_integer")
        number = int(value)
        if number < least:
            raise invalid(
                f"Invalid integer: this value must be greater than or equal to {least}.", self.label(name),
                "parameter_invalid_integer",
            )  # fmt: skip
        if number > most:
            raise invalid(
                f"Invalid integer: this value must be less than or equal to {most}.", self.label(name),
                "parameter_invalid_integer",
            )  # fmt: skip
        return number

    def boolean(self, name: str) -> bool | None:
        """Return true or false, or None. Raises ApiError."""
        value = self.text(name)
        if value not in (None, "true", "false"):
            raise invalid(f"Invalid boolean: {value}", self.label(name))
        return None if value is None else value == "true"

    def choice(self, name: str, allowed: tuple[str, ...]) -> str | None:
        """Return one of `allowed`, or None. Raises ApiError."""
        value = self.text(name)
        if value is not None and value not in allowed:
            raise invalid(f"Invalid {self.label(name)}: must be one of {', '.join(allowed)}", self.label(name))
        return value

    def texts(self, name: str) -> list[str] | None:
        """Return a list of texts, or None. Raises ApiError."""
        self._read.add(name)
        value = lists(self._params.get(name))
        if value is None or value == "":
            return None
        if not isinstance(value, list) or not all(isinstance(part, str) for part in value):
            raise invalid(f"Invalid array: {self.label(name)}", self.label(name))
        return [str(part) for part in value]

    def group(self, name: str) -> "Reader | None":
        """Return the reader of a nested group, or None. Raises ApiError."""
        self._read.add(name)
        value = self._params.get(name)
        if value is None or value == "":
            return None
        if not isinstance(value, dict):
            raise invalid(f"Invalid object: {self.label(name)}", self.label(name))
        return Reader(value, self.label(name))

    def groups(self, name: str) -> "list[Reader]":
        """Return the readers of a list of groups, empty when absent. Raises ApiError."""
        self._read.add(name)
        value = self._params.get(name)
        if value is None or value == "":
            return []
        value = [value[key] for key in sorted(value, key=int)] if _is_list(value) else value
        if not isinstance(value, list) or not all(isinstance(part, dict) for part in value):
            raise invalid(f"Invalid array: {self.label(name)}", self.label(name))
        return [Reader(part, f"{self.label(name)}[{index}]") for index, part in enumerate(value)]

    def raw(self, name: str) -> Any:
        """Return a parameter as it came, for settings the sandbox only keeps and shows."""
        self._read.add(name)
        return lists(self._params.get(name))

    def metadata(self, name: str = "metadata") -> dict[str, str]:
        """Return metadata within Stripe's limits; empty values stay, they mean "delete". Raises ApiError."""
        self._read.add(name)
        value = self._params.get(name)
        if value is None or value == "":
            return {}
        if not isinstance(value, dict):
            raise invalid("Invalid object: metadata must be a set of keys and values.", self.label(name))
        if len(value) > 50:
            raise invalid("Metadata can have at most 50 keys.", self.label(name))
        for key, text in value.items():
            label = f"{self.label(name)}[{key}]"
            if not isinstance(text, str):
                raise invalid("Metadata values must be strings.", label)
            if len(key) > 40:
                raise invalid(f"Metadata keys can have at most 40 characters: {key}", label)
            if len(text) > 500:
                raise invalid(f"Metadata values can have at most 500 characters, {key} has {len(text)}.", label)
        return dict(value)

    def adding(self, **values: str) -> "Reader":
        """Return a reader of these parameters and some more."""
        return Reader({**self._params, **values}, self._inside)

    def finish(self) -> None:
        """Refuse parameters that nobody read. Raises ApiError."""
        for name in self._params:
            if name not in self._read and name != "expand":
                raise invalid(f"Received unknown parameter: {self.label(name)}", self.label(name), "parameter_unknown")

    def refuse(self, names: tuple[str, ...]) -> None:
        """Refuse parameters that Stripe knows and this sandbox does not. Raises ApiError."""
        for name in names:
            if self._params.get(name) not in (None, ""):
                raise ApiError(
                    400, f"This sandbox does not support {self.label(name)}.", param=self.label(name), saved=False
                )


def merge_metadata(old: dict[str, str], params: Reader) -> dict[str, str]:
    """Return `old` with the sent changes: an empty value deletes its key, an empty `metadata` clears all."""
    if not params.has("metadata"):
        return old
    sent = params.metadata()
    if not sent:
        return {}
    return {key: value for key, value in {**old, **sent}.items() if value != ""}

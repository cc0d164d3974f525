"""Which texts do people read, and how do they read in other languages?

`python -m tests.translations` brings each `marketplace/locale/<code>/messages.po` up to the texts of code and
templates: new ones come in without a translation, gone ones go, translated ones stay.
"""

import ast
import sys
from collections.abc import Iterator, Mapping
from io import BytesIO
from pathlib import Path
from typing import BinaryIO

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

from marketplace.language import ENGLISH, LANGUAGES, LOCALES

CHECKOUT = Path(__file__).parent.parent
_SEVERAL = "texts"
_KEYWORDS = {
    "_": None,
    "gettext": None,
    "Text": None,
    _SEVERAL: None,
    "ngettext": (1, 2),
    "Plural": (1, 2),
    "pgettext": ((1, "c"), 2),
}
_WHERE = {
    "marketplace": [
        ("sandbox/**", "ignore"),
        ("simulation/**", "ignore"),
        ("**.py", "tests.translations:python_texts"),
    ],
    "templates": [("sandbox/**", "ignore"), ("**.html", "jinja2"), ("**.txt", "jinja2")],
}
_JINJA = {"**.html": {"trimmed": "true", "silent": "false"}, "**.txt": {"trimmed": "true", "silent": "false"}}


def said() -> Catalog:
    """Return all texts that code and templates put before people."""
    catalog = Catalog(fuzzy=False)
    for folder, methods in _WHERE.items():
        for _file, _line, message, _comments, context in extract_from_dir(
            CHECKOUT / folder, methods, _JINJA, _KEYWORDS, strip_comment_tags=True
        ):
            catalog.add(message, context=context)
    return catalog


def python_texts(
    file: BinaryIO, keywords: Mapping[str, object], _comment_tags: object, options: object
) -> Iterator[tuple[int, str, str | tuple[str, ...], list[str]]]:
    """Yield the texts of a module. Babel's own reader does not look into f-strings."""
    for node in ast.walk(ast.parse(file.read())):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in keywords:
            texts = [each.value for each in node.args if isinstance(each, ast.Constant) and isinstance(each.value, str)]
            if node.func.id == _SEVERAL:
                yield from ((node.lineno, node.func.id, each, []) for each in texts)
            elif texts:
                yield node.lineno, node.func.id, texts[0] if len(texts) == 1 else tuple(texts), []


def catalog_of(code: str) -> Catalog:
    """Return the texts of a language as its file has them, empty where there is none yet."""
    path = _path(code)
    if not path.exists():
        return Catalog(locale=code, fuzzy=False)
    with path.open("rb") as file:
        return read_po(file, locale=code)


def brought_up(code: str) -> Catalog:
    """Return the texts of a language with all that are said now, and none that is not."""
    found, known = Catalog(locale=code, fuzzy=False), catalog_of(code)
    for message in said():
        if message.id:
            old = known.get(message.id, message.context)
            found.add(message.id, old.string if old else None, context=message.context)
    return found


def file_of(catalog: Catalog) -> bytes:
    """Return a catalog as its file holds it: in the order of the texts, without places, which would change each day."""
    written = BytesIO()
    write_po(written, catalog, width=0, no_location=True, omit_header=True, sort_output=True)
    header = f'msgid ""\nmsgstr ""\n"Language: {catalog.locale}\\n"\n"MIME-Version: 1.0\\n"\n'
    header += '"Content-Type: text/plain; charset=utf-8\\n"\n"Content-Transfer-Encoding: 8bit\\n"\n'
    header += f'"Plural-Forms: {catalog.plural_forms}\\n"\n\n'
    return header.encode() + written.getvalue()


def untranslated(catalog: Catalog) -> Iterator[Message]:
    """Yield the texts that a language does not have."""
    for message in catalog:
        strings = message.string if isinstance(message.string, list | tuple) else [message.string]
        if message.id and (message.fuzzy or not all(strings)):
            yield message


def others() -> list[str]:
    """Return the codes of the languages besides English."""
    return [code for code in LANGUAGES if code != ENGLISH]


def _path(code: str) -> Path:
    return LOCALES / code / "messages.po"


if __name__ == "__main__":
    for each in others():
        brought = brought_up(each)
        _path(each).write_bytes(file_of(brought))
        missing = len(list(untranslated(brought)))
        sys.stdout.write(f"{each}: {len(brought)} texts, {missing} without a translation\n")

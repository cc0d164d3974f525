"""Entries of a camt.053 file (ISO 20022, bank to customer statement), read by a parser that takes no document type.

Without a document type there are no entities: nothing can be fetched from elsewhere, or grow.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from xml.parsers import expat

from marketplace.errors import Invalid
from marketplace.language import gettext as _

_DEEPEST = 40
_MOST_TEXT = 100_000
_STATEMENT = re.compile(r"urn:iso:std:iso:20022:tech:xsd:camt\.053\.")
_UNWRITTEN = ("NOTPROVIDED", "NONREF")


class _Refused(Exception):
    """The document has a part that no statement of a bank has."""


@dataclass
class _Node:
    name: str
    attributes: dict[str, str]
    parts: list["_Node"] = field(default_factory=list)
    text: str = ""

    def all(self, path: str) -> Iterator["_Node"]:
        """Yield what stands at a path of names below."""
        first, _sign, rest = path.partition("/")
        for part in self.parts:
            if part.name == first:
                yield from part.all(rest) if rest else (part,)

    def first(self, *paths: str) -> str:
        """Return the first text that stands at one of these paths."""
        found = (node.text.strip() for path in paths for node in self.all(path))
        return next((text for text in found if text), "")


def entries(content: bytes) -> list[dict[str, str]]:
    """Return the booked entries of a statement as `statement_files` takes lines; money that went out has a minus.

    An entry of several payments is one line for each, where the bank says what each of them is. Raises Invalid naming
    `file` for what is no such file.
    """
    try:
        root = _parsed(content)
    except (expat.ExpatError, _Refused) as error:
        raise Invalid(_("The file is no camt.053 file that can be read."), field="file") from error
    if root.name != "Document" or not _STATEMENT.match(root.attributes.get("", "")):
        raise Invalid(_("The file is no camt.053 file that can be read."), field="file")
    found = []
    for entry in root.all("BkToCstmrStmt/Stmt/Ntry"):
        if entry.first("Sts/Cd", "Sts") in {"BOOK", ""}:
            found += _lines(entry)
    return found


def _lines(entry: _Node) -> list[dict[str, str]]:
    details = list(entry.all("NtryDtls/TxDtls"))
    if len(details) > 1 and all(_amount(each) is not None for each in details):
        return [_line(entry, each, f"-{place}") for place, each in enumerate(details, start=1)]
    return [_line(entry, details[0] if len(details) == 1 else None, "")]


def _line(entry: _Node, detail: _Node | None, part: str) -> dict[str, str]:
    own = _amount(detail) if detail is not None and part else None
    amount = own or next(entry.all("Amt"), _Node("Amt", {}))
    said = detail if detail is not None else _Node("TxDtls", {})
    is_out = (entry.first("CdtDbtInd") == "DBIT") != (entry.first("RvslInd") in {"true", "1"})
    number = entry.first("AcctSvcrRef") or said.first("Refs/AcctSvcrRef")
    words = [node.text.strip() for node in said.all("RmtInf/Ustrd")]
    words += [node.text.strip() for node in said.all("RmtInf/Strd/CdtrRefInf/Ref")]
    end_to_end = said.first("Refs/EndToEndId")
    words += [end_to_end] if end_to_end not in _UNWRITTEN else []
    return {
        "line_id": f"{number}{part}" if number else "",
        "date": entry.first("BookgDt/Dt", "BookgDt/DtTm", "ValDt/Dt"),
        "amount": f"{'-' if is_out else ''}{amount.text.strip()}",
        "currency": amount.attributes.get("Ccy", ""),
        "text": " ".join(filter(None, words)) or entry.first("AddtlNtryInf"),
        "payer_name": said.first("RltdPties/Dbtr/Nm", "RltdPties/Dbtr/Pty/Nm"),
        "payer_account": said.first("RltdPties/DbtrAcct/Id/IBAN", "RltdPties/DbtrAcct/Id/Othr/Id"),
    }


def _amount(detail: _Node) -> _Node | None:
    return next((node for path in ("Amt", "AmtDtls/TxAmt/Amt") for node in detail.all(path)), None)


def _parsed(content: bytes) -> _Node:
    """Return the document's root; names are without their namespace, which the root keeps as attribute ""."""
    top = _Node("", {})
    stack = [top]
    parser = expat.ParserCreate(namespace_separator="\n")

    def begin(name: str, attributes: dict[str, str]) -> None:
        space, _sign, plain = name.rpartition("\n")
        if len(stack) > _DEEPEST:
            raise _Refused
        node = _Node(plain, {**attributes, "": space} if len(stack) == 1 else attributes)
        stack[-1].parts.append(node)
        stack.append(node)

    def end(_name: str) -> None:
        stack.pop()

    def text(more: str) -> None:
        if len(stack[-1].text) > _MOST_TEXT:
            raise _Refused
        stack[-1].text += more

    def refuse(*_what: object) -> Any:
        raise _Refused

    parser.StartElementHandler, parser.EndElementHandler, parser.CharacterDataHandler = begin, end, text
    parser.StartDoctypeDeclHandler = parser.EntityDeclHandler = refuse
    parser.ExternalEntityRefHandler = parser.ProcessingInstructionHandler = refuse
    parser.Parse(content, True)
    return top.parts[0]

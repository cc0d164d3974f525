"""The text of a mail, made from its HTML, so that both say the same. It reads the markup of our own template only."""

from html.parser import HTMLParser

_SILENT = frozenset({"head", "style", "title"})
_HIDDEN = "preheader"
_WIDTH = 76


def text_of(html: str) -> str:
    """Return what a mail's HTML says as text: headings underlined, rows as "name: value", links with addresses."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    return "\n\n".join(reader.blocks) + "\n"


class _Reader(HTMLParser):
    """Collects blocks; a table's rows are lines of one block."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.blocks: list[str] = []
        self._words: list[str] = []
        self._cells: list[str] = []
        self._rows: list[str] = []
        self._link = ""
        self._link_begins = 0
        self._silent: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        classes = (dict(attrs).get("class") or "").split()
        if tag in _SILENT or _HIDDEN in classes or (self._silent and tag == self._silent[-1]):
            self._silent.append(tag)
        elif tag == "a":
            self._link, self._link_begins = dict(attrs).get("href") or "", len(self._words)
        elif tag == "br":
            self._words.append("\n")

    def handle_endtag(self, tag: str) -> None:
        if self._silent:
            if tag == self._silent[-1]:
                self._silent.pop()
        elif tag == "a" and self._link:
            words = "".join(self._words[self._link_begins :]).strip()
            self._words[self._link_begins :] = [f"{words}: {self._link}"]
            self._link = ""
        elif tag in {"th", "td"}:
            self._cells.append(self._taken())
        elif tag == "tr":
            self._end_row()
        elif tag == "table":
            self._say("\n".join(self._rows))
            self._rows = []
        elif tag in {"h1", "h2", "p"}:
            self._end_block(tag)

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self._words.append(" ".join(data.split()) if data.strip() else " ")
            if data[-1:].isspace():
                self._words.append(" ")

    def _end_block(self, tag: str) -> None:
        text = self._taken()
        if text and tag == "h1":
            text = f"{text}\n{'=' * min(len(text), _WIDTH)}"
        elif text and tag == "h2":
            text = f"{text}\n{'-' * min(len(text), _WIDTH)}"
        self._say(text)

    def _end_row(self) -> None:
        cells = [cell for cell in self._cells if cell]
        self._cells = []
        if cells:
            self._rows.append(": ".join(cells))

    def _taken(self) -> str:
        """Return the words since the last block as clean lines."""
        lines = "".join(self._words).split("\n")
        self._words = []
        return "\n".join(line for line in (" ".join(line.split()) for line in lines) if line)

    def _say(self, text: str) -> None:
        if text:
            self.blocks.append(text)

"""Each scar's bug as a small change that puts it back: tests/mutants/S19.toml, and so on.

`make mutants` applies one after the other to a copy of the tree, runs the scar's own tests there and tells which of
them notices. Without an argument it runs all; `make mutants ARGS="S19 S20"` some.
"""

import tomllib
from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).parent
CHECKOUT = FOLDER.parent.parent


class DoesNotApply(Exception):
    """The code that a mutant changes has changed itself: the mutant must follow."""


@dataclass(frozen=True)
class Edit:
    """One place of the source: what stands there, exactly once, and what the bug makes of it."""

    file: str
    before: str
    after: str


@dataclass(frozen=True)
class Mutant:
    """One bug put back."""

    scar: str
    what: str
    edits: tuple[Edit, ...]

    def changed(self, root: Path) -> dict[str, str]:
        """Return the changed files below `root` with their new text. Raises DoesNotApply."""
        texts: dict[str, str] = {}
        for edit in self.edits:
            text = texts.get(edit.file) or (root / edit.file).read_text(encoding="utf-8")
            if text.count(edit.before) != 1:
                raise DoesNotApply(f"{self.scar}: {edit.file} has the text to change {text.count(edit.before)} times")
            texts[edit.file] = text.replace(edit.before, edit.after)
        return texts


def mutants() -> list[Mutant]:
    """Read every mutant, in the order of the scars."""
    found = []
    for source in sorted(FOLDER.glob("S*.toml")):
        content = tomllib.loads(source.read_text(encoding="utf-8"))
        found.append(Mutant(source.stem, content["what"], tuple(Edit(**edit) for edit in content["edit"])))
    return found

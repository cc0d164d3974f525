"""QR codes as the path of an SVG: drawn on the server, so that a secret goes to no other and no script is needed."""

from dataclasses import dataclass

import segno


@dataclass(frozen=True, slots=True)
class QrCode:
    """What components/qr_code.html draws: `size` squares a side, the quiet zone included."""

    size: int
    path: str


_QUIET = 4


def drawn(text: str) -> QrCode:
    """Return the QR code of `text`: one line for each run of dark squares."""
    matrix = segno.make_qr(text, error="m").matrix
    lines: list[str] = []
    for row, squares in enumerate(matrix):
        start = None
        for column, is_dark in enumerate((*squares, 0)):
            if is_dark and start is None:
                start = column
            elif not is_dark and start is not None:
                lines.append(f"M{start + _QUIET} {row + _QUIET}.5h{column - start}")
                start = None
    return QrCode(len(matrix) + 2 * _QUIET, "".join(lines))

"""The smallest files that a bank would open, and photographs as telephones send them."""

from io import BytesIO
from zlib import compress, crc32

from PIL import Image


def pdf(text: bytes = b"proof", *, extra: bytes = b"") -> bytes:
    """Return a PDF of one empty page, with a comment."""
    body = b"%PDF-1.7\n%" + text + b"\n1 0 obj<</Type/Catalog/Pages 2 0 R" + extra + b">>endobj\n"
    body += b"2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n3 0 obj<</Type/Page/Parent 2 0 R>>endobj\n"
    table = b"xref\n0 1\n0000000000 65535 f \ntrailer<</Root 1 0 R/Size 4>>\n"
    return body + table + b"startxref\n%d\n%%%%EOF\n" % len(body)


def png(width: int = 1, height: int = 1) -> bytes:
    """Return a picture that says how large it is; its one row of pixels is black."""

    def chunk(name: bytes, content: bytes) -> bytes:
        return len(content).to_bytes(4) + name + content + crc32(name + content).to_bytes(4)

    size = width.to_bytes(4) + height.to_bytes(4) + b"\x08\x00\x00\x00\x00"
    rows = chunk(b"IDAT", compress(b"\x00\x00"))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", size) + rows + chunk(b"IEND", b"")


def jpeg(width: int = 1, height: int = 1) -> bytes:
    """Return the frame of a picture: its size, one scan and its end."""
    size = b"\xff\xc0\x00\x0b\x08" + height.to_bytes(2) + width.to_bytes(2) + b"\x01\x01\x11\x00"
    scan = b"\xff\xda\x00\x08\x01\x01\x00\x00\x3f\x00" + b"\x12\xff\x00\x34\xff\xd0\x56"
    return b"\xff\xd8\xff\xe0\x00\x04ab" + size + scan + b"\xff\xd9"


def photo(width: int = 64, height: int = 48, *, kind: str = "JPEG", mode: str = "RGB", **said: object) -> bytes:
    """Return a whole picture, red above and blue below; `said` goes to Pillow's encoder."""
    image = Image.new("RGB", (width, height), (200, 30, 30))
    image.paste((30, 30, 200), (0, height // 2, width, height))
    out = BytesIO()
    image.convert(mode).save(out, kind, **said)
    return out.getvalue()


def opened(content: bytes) -> Image.Image:
    """Return the picture in a file, decoded."""
    image = Image.open(BytesIO(content))
    image.load()
    return image

"""Pictures that people send, decoded and written anew: nothing of the sent file stays but what can be seen.

So there is no place where it was taken in it, no comment, no second file behind its end. What is not a whole picture
of its type, or would fill the memory of whoever opens it, is refused in words (reliability.md section 7).
"""

import threading
from dataclasses import dataclass
from io import BytesIO

from PIL import Image, ImageCms, ImageOps, UnidentifiedImageError

from marketplace.errors import Invalid
from marketplace.language import gettext as _
from marketplace.media import file_rules

LARGEST_PICTURE_BYTES = 15 * 1024 * 1024
LONGEST_KEPT = 2_560
"""Pixels of the longer side that is kept: more than any page shows."""
LONGEST_ATTACHED = 4_096
_QUALITY = 86
_SIZED_QUALITY = 80
_FORMATS = {"image/jpeg": "JPEG", "image/png": "PNG", "image/webp": "WEBP"}
_ENDINGS = {"JPEG": "jpg", "PNG": "png", "WEBP": "webp"}
_MEDIA_TYPES = {format_: media_type for media_type, format_ in _FORMATS.items()}
_REFUSED = (
    OSError, SyntaxError, ValueError, EOFError, OverflowError, UnidentifiedImageError,
    Image.DecompressionBombError, Image.DecompressionBombWarning,
)  # fmt: skip
# A picture of 52 million pixels takes 200 MB while it is open: one at a time in each process.
_ONE_AT_A_TIME = threading.Lock()
Image.MAX_IMAGE_PIXELS = file_rules.MOST_PIXELS


@dataclass(frozen=True, slots=True)
class Rewritten:
    """A picture as it is kept: upright, in sRGB, with no word beside its pixels. Width and height in pixels."""

    content: bytes
    media_type: str
    ending: str
    width: int
    height: int


def rewritten(content: bytes, *, longest: int = LONGEST_KEPT, keeps_png: bool = False) -> Rewritten:
    """Return a picture written anew, its longer side at most `longest` pixels.

    It becomes a JPEG, or a WebP where it is transparent; a PNG stays one when `keeps_png` says so. Raises Invalid for
    nothing, more than 15 MB, another type, too many pixels, what the decoder finds broken, and what hides another file.
    """
    if not content:
        raise Invalid(_("The file is empty."), field="file")
    if len(content) > LARGEST_PICTURE_BYTES:
        raise Invalid(_("The picture is larger than 15 MB."), field="file")
    format_ = _FORMATS[file_rules.picture_type(content)]
    with _ONE_AT_A_TIME:
        image = _decoded(content, format_, longest)
        try:
            return _encoded(image, keeps_png=keeps_png and format_ == "PNG")
        finally:
            image.close()


def sized(content: bytes, width: int) -> bytes:
    """Return a picture of ours, `width` pixels wide, as WebP."""
    with _ONE_AT_A_TIME, Image.open(BytesIO(content), formats=("JPEG", "WEBP")) as image:
        height = max(1, (image.height * width + image.width // 2) // image.width)
        image.draft("RGB", (width, height))
        small = image.resize((width, height), Image.Resampling.LANCZOS, reducing_gap=2.0)
        return _bytes(small, "WEBP", quality=_SIZED_QUALITY, method=4)


def _decoded(content: bytes, format_: str, longest: int) -> Image.Image:
    """Return the picture upright, in sRGB, no larger than `longest`. What can't be decoded is told as damaged."""
    try:
        with Image.open(BytesIO(content), formats=(format_,)) as opened:
            file_rules.check_size(opened.width, opened.height)
            profile = opened.info.get("icc_profile")
            opened.draft("RGB", (longest, longest))
            image = ImageOps.exif_transpose(opened)
        if image.mode.startswith(("I", "F")):  # 16 bits a pixel: what is above eight would turn white
            image = image.point(lambda value: value * (1 / 256)).convert("L")
        image.thumbnail((longest, longest), Image.Resampling.LANCZOS, reducing_gap=2.0)
        return _in_srgb(image, profile)
    except _REFUSED as error:
        raise Invalid(_("This picture is damaged. Save it once more and send that."), field="file") from error


def _in_srgb(image: Image.Image, profile: bytes | None) -> Image.Image:
    """Return a picture with the colours it was taken with: telephones write theirs in a wider space than browsers."""
    mode = "RGBA" if image.has_transparency_data else "RGB"
    if profile and image.mode in {"RGB", "RGBA", "CMYK"}:
        try:
            source = ImageCms.ImageCmsProfile(BytesIO(profile))
            changed = ImageCms.profileToProfile(image, source, ImageCms.createProfile("sRGB"), outputMode=mode)
        except (OSError, ImageCms.PyCMSError):
            changed = None  # a profile that can't be read is as none
        if changed is not None:
            return changed
    return image.convert(mode)


def _encoded(image: Image.Image, *, keeps_png: bool) -> Rewritten:
    format_ = "PNG" if keeps_png else "WEBP" if image.mode == "RGBA" else "JPEG"
    how = {
        "PNG": {"compress_level": 3},
        "WEBP": {"quality": _QUALITY, "method": 3},
        "JPEG": {"quality": _QUALITY, "optimize": True, "progressive": True},
    }
    content = _bytes(image, format_, **how[format_])
    return Rewritten(content, _MEDIA_TYPES[format_], _ENDINGS[format_], image.width, image.height)


def _bytes(image: Image.Image, format_: str, **how: int | bool) -> bytes:
    """Return the pixels as a file, with nothing that stood beside them."""
    image.info.clear()
    out = BytesIO()
    image.save(out, format_, **how)
    return out.getvalue()

"""Images: drawn anew, so that nothing but the pixels is left (no EXIF, GPS, comment or trailing bytes)."""

import io
import struct
import zlib

import pillow_heif
from PIL import Image, ImageOps

from kjerne.filinnhald.grunn import BadFile, Made
from kjerne.i18n import gettext as _

MAX_PIXELS = 40_000_000
_BROKEN = (
    OSError, ValueError, SyntaxError, RuntimeError, EOFError, LookupError, TypeError, ArithmeticError, AttributeError,
    MemoryError, struct.error, zlib.error,
    Warning,  # where warnings are errors
)  # fmt: skip
_MADE = {
    "JPEG": ("image/jpeg", "jpg", {"quality": 88}),
    "PNG": ("image/png", "png", {}),
    "WEBP": ("image/webp", "webp", {"quality": 88}),
}

pillow_heif.register_heif_opener()


def _open(data: bytes, kind: str) -> Image.Image:
    """The image, not yet decoded. Its size stands in the head, so that a bomb is refused before it goes off."""
    try:
        image = Image.open(io.BytesIO(data), formats=[kind])
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise _too_large() from error
    except _BROKEN as error:
        raise _broken() from error
    if image.width * image.height > MAX_PIXELS:
        raise _too_large()
    return image


def _too_large() -> BadFile:
    return BadFile(_("Biletet er for stort: høgst 40 millionar bildepunkt. Ta det på nytt med lågare oppløysing."))


def _broken() -> BadFile:
    return BadFile(_("Biletet er øydelagt og kan ikkje lesast. Ta det på nytt eller vel eit anna."))


def cleaned(data: bytes, kind: str) -> Made:
    """The image turned upright and written anew; `kind` is JPEG, PNG, WEBP or HEIF (which becomes a JPEG)."""
    target = "JPEG" if kind == "HEIF" else kind
    mime, ending, options = _MADE[target]
    out = io.BytesIO()
    try:
        with _open(data, kind) as image:
            upright = ImageOps.exif_transpose(image)
            clear = target != "JPEG" and upright.has_transparency_data
            drawn = upright.convert("RGBA" if clear else "RGB")
            drawn.info = {}
            drawn.save(out, target, **options)
    except BadFile:
        raise
    except _BROKEN as error:
        raise _broken() from error
    return Made(out.getvalue(), mime, ending)

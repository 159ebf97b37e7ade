"""Re-encode images from their pixels, which removes all metadata and appended data."""

import zlib
from io import BytesIO
from pathlib import Path

from PIL import Image, ImageOps

from .rejections import Refused

MOST_PIXELS = 50_000_000
PNG_MODES = {"1", "L", "LA", "P", "RGB", "RGBA", "I", "I;16"}
Image.MAX_IMAGE_PIXELS = None  # only in the child process, where our own limit applies before a pixel is decoded


def redraw(path: Path, to: Path, form: str) -> None:
    """Re-encode the image at `path` ("JPEG" or "PNG") into the new file `to`.

    Raises Refused, or OSError if it cannot be written.
    """
    if form == "PNG":
        _check_chunks(path)
    try:
        with Image.open(path, formats=[form]) as picture:
            if picture.width * picture.height > MOST_PIXELS:
                raise Refused("pixels", limit=MOST_PIXELS // 1_000_000)
            picture.load()
            drawn = _decoded(ImageOps.exif_transpose(picture), form)
    except (OSError, SyntaxError, ValueError, zlib.error):
        raise Refused("damaged") from None
    with to.open("xb") as file:
        file.write(drawn)


def _decoded(picture: Image.Image, form: str) -> bytes:
    if form == "JPEG":
        picture = picture if picture.mode in {"L", "RGB"} else picture.convert("RGB")
    elif picture.mode not in PNG_MODES:
        picture = picture.convert("RGBA")
    transparent = picture.info.get("transparency")
    picture.info = {} if transparent is None else {"transparency": transparent}
    options = {"quality": 90} if form == "JPEG" else {"compress_level": 6}
    drawn = BytesIO()
    picture.save(drawn, form, exif=b"", icc_profile=None, **options)
    return drawn.getvalue()


def _check_chunks(path: Path) -> None:
    """Check that a PNG ends with its last chunk (ISO/IEC 15948, 11.2.5)."""
    content = path.read_bytes()
    at = 8
    while at + 12 <= len(content):
        size, kind = int.from_bytes(content[at : at + 4]), content[at + 4 : at + 8]
        at += 12 + size
        if kind == b"IEND":
            if at != len(content):
                raise Refused("two_files")
            return
    raise Refused("damaged")

"""The child that redraws pictures, bytes in, bytes out; run as a file by `pictures`, alone.

In: for each picture its length (4 bytes) and its bytes. Out: for each, the length of a line of JSON, the line
({"wrong": …} or sizes), the new picture and its thumbnail. Bounds before decoding, then the system's limits.
"""

import io
import json
import struct
import sys
import warnings
from collections.abc import Callable
from typing import Any

type Draw = Callable[[bytes], tuple[bytes, bytes, tuple[int, int]]]

LARGEST, PIXELS, SIDE = 10 * 1024 * 1024, 40_000_000, 12_000  # security.md 5.5, Photos
FULL, SMALL = 2560, 320
PAD = (800, 300)
MEMORY, CPU = 512 * 1024 * 1024, 10
INK = 24  # so many dark points at least, or nobody signed
FORMATS = ["JPEG", "PNG", "WEBP", "GIF", "HEIF"]
SENTENCES = {
    "unreadable": "照片打不开或者不完整，没有保存。重新拍一张再传。",
    "too_large": "照片太大（最多 10 MB、4000 万像素、边长 12000），没有保存。缩小后再传。",
    "empty": "签名处是空的，没有保存。签好再交。",
}


class Wrong(Exception):
    """Why a picture is not taken; the word is a key of SENTENCES."""


def main() -> None:
    draw = drawing if sys.argv[1:] == ["drawing"] else photo
    asked, answer = sys.stdin.buffer, sys.stdout.buffer
    while head := asked.read(4):
        data = asked.read(struct.unpack(">I", head)[0])
        _limit_cpu()
        for piece in _answer(draw, data):
            answer.write(piece)
        answer.flush()


def _answer(draw: Draw, data: bytes) -> tuple[bytes, ...]:
    try:
        full, small, size = draw(data)
        said = {"data": len(full), "small": len(small), "width": size[0], "height": size[1]}
    except Wrong as wrong:
        return _refusal(str(wrong))
    except MemoryError:
        return _refusal("too_large")
    except Exception:
        return _refusal("unreadable")
    line = json.dumps(said).encode()
    return struct.pack(">I", len(line)), line, full, small


def _refusal(word: str) -> tuple[bytes, ...]:
    line = json.dumps({"wrong": word}).encode()
    return struct.pack(">I", len(line)), line


def photo(data: bytes) -> tuple[bytes, bytes, tuple[int, int]]:
    """A JPEG of at most 2560 points and a thumbnail of 320; upright, without a word of who, where, how."""
    from PIL import Image, ImageOps

    image = _opened(data, FORMATS, LARGEST, PIXELS)
    image.draft("RGB", (FULL, FULL))
    image = _on_white(_shrunk(image, FULL))
    upright = ImageOps.exif_transpose(image)
    full = Image.new("RGB", upright.size)
    full.paste(upright)  # a fresh image carries nothing along: no EXIF, no comment, no profile
    small = full.copy()
    small.thumbnail((SMALL, SMALL))
    return _jpeg(full, 84), _jpeg(small, 78), full.size


def drawing(data: bytes) -> tuple[bytes, bytes, tuple[int, int]]:
    """A signature: dark on white, trimmed to the ink, at most 800 × 300; refused if nothing is drawn."""
    from PIL import Image, ImageOps

    image = _on_white(_opened(data, ["PNG"], 1024 * 1024, 8_000_000)).convert("L")
    ink = ImageOps.invert(image).point(lambda value: 255 if value > 60 else 0)
    box = ink.getbbox()
    if box is None or ink.histogram()[255] < INK:
        raise Wrong("empty")
    image = image.crop(box)
    image.thumbnail((PAD[0] - 16, PAD[1] - 16))
    kept = Image.new("L", (image.width + 16, image.height + 16), 255)
    kept.paste(image, (8, 8))
    out = io.BytesIO()
    kept.save(out, "PNG", optimize=True)
    return out.getvalue(), b"", kept.size


def _opened(data: bytes, formats: list[str], largest: int, pixels: int) -> Any:
    """The picture's head, within bounds; nothing is decoded yet."""
    from PIL import Image

    _codecs()
    if len(data) > largest:
        raise Wrong("too_large")
    Image.MAX_IMAGE_PIXELS = pixels
    warnings.simplefilter("error", Image.DecompressionBombWarning)
    try:
        image = Image.open(io.BytesIO(data), formats=formats)
    except (Image.DecompressionBombWarning, Image.DecompressionBombError):
        raise Wrong("too_large") from None
    if image.width * image.height > pixels or max(image.size) > SIDE:
        raise Wrong("too_large")
    return image


def _codecs() -> None:
    """Everything that decodes, loaded; HEIC (iPhones) by one thread, whose stacks the limit of
    memory would count."""
    import pi_heif
    from PIL import Image

    Image.preinit()
    pi_heif.options.DECODE_THREADS = 1
    pi_heif.register_heif_opener(thumbnails=False)


def _shrunk(image: Any, side: int) -> Any:
    """At most `side` long; first by whole numbers, which needs the least memory."""
    if image.mode == "P":
        image = image.convert("RGBA" if "transparency" in image.info else "RGB")
    if image.mode not in ("1", "P") and (factor := max(image.size) // side) > 1:
        reduced = image.reduce(factor)
        reduced.info = image.info
        image = reduced
    image.thumbnail((side, side))
    return image


def _on_white(image: Any) -> Any:
    from PIL import Image

    if "A" not in image.getbands() and "transparency" not in image.info:
        return image.convert("RGB") if image.mode != "RGB" else image
    image = image.convert("RGBA")
    ground = Image.new("RGB", image.size, "white")
    ground.paste(image, mask=image.getchannel("A"))
    ground.info = image.info
    return ground


def _jpeg(image: Any, quality: int) -> bytes:
    out = io.BytesIO()
    image.save(out, "JPEG", quality=quality, optimize=True)
    return out.getvalue()


def _limit() -> None:
    try:
        import resource
    except ImportError:  # Windows: the parent's clock and the bounds above
        return
    _at_most(resource, resource.RLIMIT_AS, MEMORY)
    _at_most(resource, resource.RLIMIT_CORE, 0)


def _limit_cpu() -> None:
    """Ten seconds more than were used so far: each picture has its own."""
    try:
        import resource
    except ImportError:
        return
    used = resource.getrusage(resource.RUSAGE_SELF)
    _at_most(resource, resource.RLIMIT_CPU, int(used.ru_utime + used.ru_stime) + 1 + CPU)


def _at_most(resource: Any, what: int, most: int) -> None:
    """Set the soft limit; the system may have set a harder one, which stays."""
    hard = resource.getrlimit(what)[1]
    resource.setrlimit(what, (most if hard == resource.RLIM_INFINITY else min(most, hard), hard))


if __name__ == "__main__":
    _codecs()  # read before the limits stand
    _limit()
    main()

"""Grey pictures for OCR: decoded, turned, scaled and written as PNM here, and nowhere else is Pillow imported."""

from __future__ import annotations

import struct
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path
from typing import Self

from PIL import Image, ImageFilter, ImageMath, ImageOps, UnidentifiedImageError, features

from papra_index.conventions.values import dataclass
from papra_index.errors import ContentDamaged, ContentTooLarge, ContentUnsupported
from papra_index.extraction.detection import HEAD_BYTES, detect_mime_type

# Hidden text cannot be had from plain colours: a picture within this many shades of its first pixel is blank.
_BLANK_SHADES = 24

# The light on a page is told from cells of so many pixels: the lightest of each and its neighbours is paper.
_CELL = 16
_NEIGHBOURS = 5
_PAPER_SHADES = 12
_PAPER_SHARE = 0.5
_DARK_PAGE = 80

# Pillow's readers trust the file in many places; any of these means that the file broke their trust.
_DAMAGE = (
    OSError, SyntaxError, ValueError, EOFError, TypeError, LookupError, ArithmeticError, RuntimeError, struct.error,
)  # fmt: skip

_NEAREST_FIRST = sorted(range(-12, 13), key=abs)


@dataclass(frozen=True, slots=True)
class GreyImage:
    """A picture of one byte per pixel, rows from the top without padding; `dpi` 0 where it is not known."""

    width: int
    height: int
    pixels: bytes
    dpi: int = 0

    @property
    def is_blank(self) -> bool:
        """Whether all pixels have nearly the same shade."""
        first = self.pixels[0] if self.pixels else 0
        near = bytes(range(max(0, first - _BLANK_SHADES), min(256, first + _BLANK_SHADES)))
        return not self.pixels.translate(None, near)

    def write_pnm(self, path: Path) -> None:
        """Write the picture in the one format that costs Tesseract nothing to read."""
        with path.open("wb") as file:
            file.write(b"P5\n%d %d\n255\n" % (self.width, self.height))
            file.write(self.pixels)

    def turn(self, quarters: int) -> GreyImage:
        """Return the picture turned by so many quarters counter-clockwise."""
        turns = {1: Image.Transpose.ROTATE_90, 2: Image.Transpose.ROTATE_180, 3: Image.Transpose.ROTATE_270}
        return _from_pillow(self._to_pillow().transpose(turns[quarters]), self.dpi) if quarters else self

    def scale(self, factor: float) -> GreyImage:
        """Return the picture in another size."""
        size = (max(1, round(self.width * factor)), max(1, round(self.height * factor)))
        method = Image.Resampling.BOX if factor < 1 else Image.Resampling.BICUBIC
        return _from_pillow(self._to_pillow().resize(size, method), round(self.dpi * factor))

    def rotate(self, degrees: float) -> GreyImage:
        """Return the picture rotated counter-clockwise about its middle, the corners filled with white."""
        turned = self._to_pillow().rotate(degrees, Image.Resampling.BICUBIC, expand=True, fillcolor=255)
        return _from_pillow(turned, self.dpi)

    def even_light(self) -> GreyImage:
        """Return the picture with its paper in one shade where light falls on it unevenly, as on photographs; else
        itself.

        Tesseract's one threshold for all of a page (Otsu's) leaves out what lies in the shade.
        """
        cells = self._to_pillow().reduce(_CELL).filter(ImageFilter.MaxFilter(_NEIGHBOURS))
        shades = cells.histogram()
        count = cells.width * cells.height
        # On scans one shade is that of most of the page. A dark page is white on black, and its paper is not light.
        most = max(sum(shades[max(0, shade - _PAPER_SHADES) : shade + _PAPER_SHADES + 1]) for shade in range(256))
        mean = sum(shade * found for shade, found in enumerate(shades)) / count
        if most >= _PAPER_SHARE * count or mean < _DARK_PAGE:
            return self
        paper = cells.filter(ImageFilter.GaussianBlur(_NEIGHBOURS - 1))
        paper = paper.resize((self.width, self.height), Image.Resampling.BILINEAR)
        evened = ImageMath.lambda_eval(
            lambda bands: bands["convert"](bands["min"](bands["seen"] * 250 / bands["paper"], 255), "L"),
            seen=self._to_pillow(), paper=paper,
        )  # fmt: skip
        return _from_pillow(evened, self.dpi)

    def measure_skew(self) -> float:
        """Return the rotation in degrees, counter-clockwise and within 12 either way, that makes lines of text level,
        or upright where they run up or down; 0 when they are within half a degree.

        Level lines make dark and light rows differ most, and upright ones columns, so the rotation with the sharpest
        steps from row to row and column to column wins.
        """
        middle = self._to_pillow()
        middle.thumbnail((800, 800), Image.Resampling.BOX)
        small = middle.resize((max(1, middle.width // 2), max(1, middle.height // 2)), Image.Resampling.BOX)
        coarse = max(_NEAREST_FIRST, key=lambda angle: _measure_steps(small, angle))
        if coarse == 0:
            return 0.0
        return max((coarse + step / 4 for step in range(-3, 4)), key=lambda angle: _measure_steps(middle, angle))

    def _to_pillow(self) -> Image.Image:
        return Image.frombytes("L", (self.width, self.height), self.pixels)


class Picture:
    """A picture file that is open: its frames are decoded when asked for. A context manager.

    Raises ContentTooLarge for more than `max_image_pixels`, ContentDamaged for what cannot be decoded, and
    ContentUnsupported for HEIC without the extra that reads it.
    """

    def __init__(self, path: Path, max_image_pixels: int, max_pixels: int) -> None:
        self._max_image_pixels = max_image_pixels
        self._max_pixels = max_pixels
        _find_decoder(path)
        with _translated_errors(max_image_pixels):
            self._image = Image.open(path)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        self._image.close()

    def count_frames(self, most: int) -> int:
        """Return how many frames there are, or `most` if not fewer: to count on would read the headers of all."""
        # The frames of an animation show the same thing; those of a TIFF are pages.
        if self._image.format in {"GIF", "WEBP", "PNG", "AVIF"}:
            return 1
        with _translated_errors(self._max_image_pixels):
            for index in range(1, most):
                try:
                    self._image.seek(index)
                except EOFError:
                    return index
        return most

    def load_frame(self, number: int) -> GreyImage:
        """Return a frame, counted from 1: upright by its EXIF data, on white, scaled down to `max_pixels`."""
        with _translated_errors(self._max_image_pixels):
            self._image.seek(number - 1)
            return _load_grey(self._image, self._max_pixels)


def _find_decoder(path: Path) -> None:
    """Have Pillow read what it does not read by itself everywhere, or say what to install."""
    with path.open("rb", buffering=0) as file:
        mime_type = detect_mime_type(file.read(HEAD_BYTES), "")
    if mime_type == "image/heic":
        try:
            import pi_heif
        except ImportError as error:
            raise ContentUnsupported(
                "HEIC pictures are read with an extra: pip install 'papra-index[heic]', then reindex with --extract; "
                "or save it as JPEG and add that"
            ) from error
        pi_heif.register_heif_opener(thumbnails=False, decode_threads=1)
    elif mime_type == "image/avif" and not features.check("avif"):
        raise ContentUnsupported("this Pillow was built without AVIF: pip install --upgrade pillow, or save it as JPEG")


@contextmanager
def _translated_errors(max_image_pixels: int) -> Iterator[None]:
    # The limit is a global of Pillow; a worker is the only thread of its process.
    Image.MAX_IMAGE_PIXELS = max_image_pixels
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        warnings.simplefilter("error", Image.DecompressionBombWarning)
        try:
            yield
        except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
            limit = f"{max_image_pixels / 1_000_000:g} million pixels"
            raise ContentTooLarge(f"the picture has more than {limit}: save it smaller") from error
        except UnidentifiedImageError as error:
            raise ContentDamaged("the picture does not follow its format") from error
        except _DAMAGE as error:
            raise ContentDamaged(f"the picture cannot be decoded: {error}") from error


def _load_grey(image: Image.Image, max_pixels: int) -> GreyImage:
    dpi = image.info.get("dpi", (0, 0))[0]
    # JPEG decodes at half size by itself, which saves most of the work of a large photograph.
    if image.format == "JPEG" and image.width * image.height > 4 * max_pixels:
        image.draft("L", (image.width // 2, image.height // 2))
    frame = ImageOps.exif_transpose(image)
    if frame.mode in {"RGBA", "LA", "PA", "La", "RGBa"} or "transparency" in frame.info:
        coloured = frame.convert("RGBA")
        white = Image.new("RGBA", coloured.size, "white")
        frame = Image.alpha_composite(white, coloured)
    grey = _squeeze_shades(frame)
    if grey.width * grey.height > max_pixels:
        factor = (max_pixels / (grey.width * grey.height)) ** 0.5
        dpi = dpi * factor
        grey = grey.resize((int(grey.width * factor), int(grey.height * factor)), Image.Resampling.BOX)
    return _from_pillow(grey, round(float(dpi)))


def _squeeze_shades(frame: Image.Image) -> Image.Image:
    """Return the frame in 256 shades; Pillow would cut those of 16 and 32 bits off instead of squeezing them."""
    if frame.mode.startswith("I") or frame.mode == "F":
        low, high = (float(value) for value in frame.getextrema())  # type: ignore[arg-type]
        span = max(high - low, 1.0)
        return frame.convert("F").point(lambda value: (value - low) * (255 / span)).convert("L")
    return frame.convert("L")


def _from_pillow(image: Image.Image, dpi: int) -> GreyImage:
    return GreyImage(image.width, image.height, image.tobytes(), dpi)


def _measure_steps(image: Image.Image, degrees: float) -> float:
    turned = image.rotate(degrees, Image.Resampling.BILINEAR, fillcolor=255) if degrees else image
    # The middle only: the white corners of a rotation would be steps of their own.
    margin_x, margin_y = turned.width // 8, turned.height // 8
    middle = turned.crop((margin_x, margin_y, turned.width - margin_x, turned.height - margin_y))
    sizes = ((1, max(1, middle.height)), (max(1, middle.width), 1))
    rows, columns = (middle.resize(size, Image.Resampling.BOX).tobytes() for size in sizes)
    return float(sum((one - other) ** 2 for line in (rows, columns) for one, other in pairwise(line)))

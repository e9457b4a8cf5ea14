"""A seeded generator of letter pages as pictures, clean and as scanners and cameras spoil them; the words are known.

The same seed and number give the same page. Fonts come from the wheels of the dependency group `bench`.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib.resources import files
from io import BytesIO

from PIL import Image, ImageChops, ImageDraw, ImageFilter, ImageFont, ImageOps

DPI = 200
_WIDTH, _HEIGHT = 1654, 2339
_MARGIN = 160
_PAPER, _INK = 252, 25

FONTS: dict[str, tuple[str, str, int]] = {
    "Arimo 11": ("fontpkg_arimo", "Arimo[wght].ttf", 11),
    "PT Serif 10": ("fontpkg_pt_serif", "PT_Serif-Web-Regular.ttf", 10),
    "IBM Plex Mono 9": ("fontpkg_ibm_plex_mono", "IBMPlexMono-Regular.ttf", 9),
    "Lato 12": ("fontpkg_lato", "Lato-Regular.ttf", 12),
    "Crimson Text 14": ("fontpkg_crimson_text", "CrimsonText-Regular.ttf", 14),
    "PT Sans Narrow 8": ("fontpkg_pt_sans_narrow", "PT_Sans-Narrow-Web-Regular.ttf", 8),
}
"""Name and size in points to (package, file, size)."""

_TEXT = """
about account address after again agreement almost already amount annual answer apartment appointment april arrive
august autumn balance basement because before begin behind between bicycle boiler bottle bought bridge bring building
calendar carpet cellar ceiling certain change charge children church clean client closed coffee collect colour comfort
committee company complete condition consider contract copy corner council cousin customer damage daughter december
delivery deposit describe desk discount district doctor door double draft drawing dwelling early eastern electric
employer engineer enough entrance estimate evening exact example expect family february fence finally finish floor
follow forward found freight friend furniture garage garden general glass government grateful ground group guarantee
guest half hallway handle harbour heating height history holiday hospital hotel household hundred identity improve
include income increase inform insurance interest invoice january journey july june keys kitchen ladder landlord
language laundry leaflet letter library licence light listed little local longer lower machine maintenance manager
march market material maximum measure meeting member message minimum minister minute mirror modern monday month
morning mother mountain movement museum music narrow nearly neighbour nephew notice november number object october
offer office often opening operate order ordinary outside owner package paint paper parcel parish parking partner
passage payment pencil pension people percent perhaps person picture place plaster pleasure plumber position postal
present price print private problem produce promise property public purchase quality quarter question quiet radiator
railway reason receipt receive record reduce refund regular remain remove renew repair repeat replace reply report
request return river roof rubbish saturday schedule school season second section september service several shelter
should signed silver simple sister sketch social special square staircase standard station statement still storage
street strong student suggest summer sunday supply surface table teacher telephone tenant terms thank therefore
thursday ticket together tomorrow towards traffic train transfer travel treatment trouble tuesday tunnel twelve under
uniform until upper useful valley value vehicle village visit volume waiting warehouse warning washing water weather
wednesday weekend weight welcome western window winter within without witness woman wooden working yellow yesterday
"""
_WORDS = _TEXT.split()


@dataclass(frozen=True, slots=True)
class LetterPage:
    """A picture of one byte per pixel and the words on it, in reading order."""

    image: Image.Image
    words: tuple[str, ...]


def make_page(number: int, seed: int = 1) -> LetterPage:
    """Return a clean page in the font whose turn it is: address, reference, paragraphs and a table of amounts."""
    name = list(FONTS)[number % len(FONTS)]
    return make_letter(name, random.Random(f"{seed} page {number}"))


def make_letter(font_name: str, generator: random.Random) -> LetterPage:
    """Return a clean page in a font of `FONTS`."""
    package, file, points = FONTS[font_name]
    with (files(package) / "files" / file).open("rb") as stream:
        font = ImageFont.truetype(BytesIO(stream.read()), round(points * DPI / 72))
    image = Image.new("L", (_WIDTH, _HEIGHT), _PAPER)
    draw = ImageDraw.Draw(image)
    words: list[str] = []
    leading = round(points * DPI / 72 * 1.35)
    top = _MARGIN
    for paragraph in _write_letter(generator):
        for line in _wrap_line(paragraph, font):
            if top + leading > _HEIGHT - _MARGIN:
                return LetterPage(image, tuple(words))
            for column, part in enumerate(line.split("\t")):
                draw.text((_MARGIN + column * 480, top), part, fill=_INK, font=font)
            words += line.split()
            top += leading
        top += leading // 2
    return LetterPage(image, tuple(words))


def _write_letter(generator: random.Random) -> Iterator[str]:
    """Yield paragraphs without end; tabs divide the columns of a table."""
    place = f"{generator.randrange(1, 199)} {generator.choice(_WORDS).title()} Street"
    yield place
    yield f"{_write_date(generator)}\tReference {generator.randrange(10_000, 99_999)}/{generator.randrange(10, 99)}"
    while True:
        for _ in range(generator.randrange(2, 4)):
            yield " ".join(_write_sentence(generator) for _ in range(generator.randrange(3, 7)))
        for _ in range(generator.randrange(3, 6)):
            item = " ".join(generator.choices(_WORDS, k=2)).capitalize()
            yield f"{item}\t{_write_date(generator)}\t{_write_amount(generator)}"


def _write_sentence(generator: random.Random) -> str:
    words = generator.choices(_WORDS, k=generator.randrange(6, 15))
    if generator.random() < 0.3:
        words.insert(generator.randrange(1, len(words)), _write_amount(generator))
    if generator.random() < 0.4:
        words[len(words) // 2] += ","
    return " ".join(words).capitalize() + "."


def _write_amount(generator: random.Random) -> str:
    return f"{generator.randrange(1, 9_999):,}.{generator.randrange(100):02}"


def _write_date(generator: random.Random) -> str:
    return f"{generator.randrange(1, 29)}.{generator.randrange(1, 13)}.{generator.randrange(1990, 2027)}"


def _wrap_line(paragraph: str, font: ImageFont.FreeTypeFont) -> Iterator[str]:
    if "\t" in paragraph:
        yield paragraph
        return
    line = ""
    for word in paragraph.split():
        longer = f"{line} {word}".strip()
        if line and font.getlength(longer) > _WIDTH - 2 * _MARGIN:
            yield line
            longer = word
        line = longer
    yield line


def measure_recall(text: str, words: tuple[str, ...]) -> float:
    """Return the share of a page's words that a text holds, each as often as it is there; case and marks at the ends
    of words do not count."""
    wanted, found = (Counter(filter(None, map(_strip_word, part))) for part in (words, text.split()))
    return (wanted & found).total() / wanted.total()


def _strip_word(word: str) -> str:
    return word.strip(".,;:!?'\"()|").casefold()


Spoiler = Callable[[Image.Image, random.Random], Image.Image]
"""Takes a clean page and a generator of chance, and returns it spoiled."""


def _add_noise(image: Image.Image, generator: random.Random) -> Image.Image:
    size = image.width * image.height
    first, second = (Image.frombytes("L", image.size, generator.randbytes(size)) for _ in range(2))
    grains = Image.blend(first, second, 0.5)
    grains = grains.point([round(128 + (value - 128) * 0.8) for value in range(256)])
    noisy = ImageChops.add(image, grains, offset=-128)
    specks = Image.frombytes("L", image.size, generator.randbytes(size)).point([0] + [255] * 255)
    return ImageChops.darker(noisy, specks)


def _blur(image: Image.Image, _generator: random.Random) -> Image.Image:
    return image.filter(ImageFilter.GaussianBlur(1.6))


def _fade(image: Image.Image, _generator: random.Random) -> Image.Image:
    return image.point([round(185 + value * 35 / 255) for value in range(256)])


def _threshold(image: Image.Image, _generator: random.Random) -> Image.Image:
    return image.point([0] * 140 + [255] * 116)


def _compress(image: Image.Image, _generator: random.Random) -> Image.Image:
    stream = BytesIO()
    image.save(stream, "JPEG", quality=12)
    return Image.open(stream).convert("L")


def _shrink(image: Image.Image, _generator: random.Random) -> Image.Image:
    return image.resize((image.width // 2, image.height // 2), Image.Resampling.BOX)


def _invert(image: Image.Image, _generator: random.Random) -> Image.Image:
    return ImageOps.invert(image)


def _shade(image: Image.Image, generator: random.Random) -> Image.Image:
    """Light falls from one side and leaves a corner in the dark."""
    slope = Image.linear_gradient("L").rotate(generator.choice((0, 90, 180, 270)))
    corner = ImageOps.invert(Image.radial_gradient("L"))
    light = Image.blend(slope, corner, 0.4).resize(image.size, Image.Resampling.BICUBIC)
    return ImageChops.multiply(image, light.point([round(70 + value * 0.7) for value in range(256)]))


def _photograph(image: Image.Image, generator: random.Random) -> Image.Image:
    """A sheet on a dark table, seen from the side and not quite straight, in uneven light."""
    border = 120
    table = ImageOps.expand(image, border, fill=90)
    width, height = table.size
    lean, turn = 0.06 * width, generator.choice((-1, 1)) * 0.02 * height
    corners = (-lean, -turn, 0, height + lean / 2, width, height + turn, width + lean, turn)
    seen = table.transform(
        table.size, Image.Transform.PERSPECTIVE, _find_perspective(corners, width, height), Image.Resampling.BICUBIC,
        fillcolor=90,
    )  # fmt: skip
    grain = Image.frombytes("L", seen.size, generator.randbytes(width * height))
    grain = grain.point([round(128 + (value - 128) * 0.12) for value in range(256)])
    return ImageChops.add(_shade(seen, generator).filter(ImageFilter.GaussianBlur(0.8)), grain, offset=-128)


def _find_perspective(corners: tuple[float, ...], width: int, height: int) -> tuple[float, ...]:
    """Return the eight coefficients by which Pillow takes each corner of the result from a corner of the source.

    `corners` are x and y of the source for the upper left, lower left, lower right and upper right corner: the linear
    equations of a homography, solved by elimination (Hartley and Zisserman, Multiple View Geometry, 4.1).
    """
    rows = []
    targets = ((0, 0), (0, height), (width, height), (width, 0))
    for (x, y), u, v in zip(targets, corners[::2], corners[1::2], strict=True):
        rows.append([x, y, 1, 0, 0, 0, -u * x, -u * y, u])
        rows.append([0, 0, 0, x, y, 1, -v * x, -v * y, v])
    for place in range(8):
        pivot = max(range(place, 8), key=lambda index: abs(rows[index][place]))
        rows[place], rows[pivot] = rows[pivot], rows[place]
        rows[place] = [value / rows[place][place] for value in rows[place]]
        for index in range(8):
            if index != place:
                factor = rows[index][place]
                rows[index] = [a - factor * b for a, b in zip(rows[index], rows[place], strict=True)]
    return tuple(row[8] for row in rows)


def _skew(degrees: float) -> Spoiler:
    def spoil(image: Image.Image, _generator: random.Random) -> Image.Image:
        return image.rotate(degrees, Image.Resampling.BICUBIC, expand=True, fillcolor=_PAPER)

    return spoil


def _turn(degrees: int, skew: float = 0) -> Spoiler:
    def spoil(image: Image.Image, _generator: random.Random) -> Image.Image:
        return image.rotate(degrees + skew, Image.Resampling.BICUBIC, expand=True, fillcolor=_PAPER)

    return spoil


SPOILERS: dict[str, Spoiler] = {
    "clean": lambda image, _generator: image,
    "noise": _add_noise,
    "blur": _blur,
    "low contrast": _fade,
    "one bit": _threshold,
    "JPEG artefacts": _compress,
    "100 dpi": _shrink,
    "white on black": _invert,
    "uneven light": _shade,
    "photo": _photograph,
    "skew 1": _skew(1),
    "skew 2.5": _skew(-2.5),
    "skew 5": _skew(5),
    "skew 7.5": _skew(-7.5),
    "skew 10": _skew(10),
    "turned 90": _turn(90),
    "turned 180": _turn(180),
    "turned 270": _turn(270),
    "turned 90 and skew 4": _turn(90, 4),
    "turned 270 and skew 4": _turn(270, -4),
}
"""What can be wrong with a page, by name."""

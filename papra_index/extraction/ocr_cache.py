"""What was recognised before, by the picture: small files in 256 folders, written whole, the longest unused removed.

A picture is the key to its entry in the strict sense: an entry cannot be read without it (convergent encryption,
Douceur et al. 2002), so what is purged from an archive is not left here for others to read.
"""

from __future__ import annotations

import hashlib
import json
import os
import secrets
import time
import zlib
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from papra_index.conventions.values import dataclass
from papra_index.extraction.recognition import Recognition

if TYPE_CHECKING:
    from papra_index.extraction.raster import GreyImage

MAX_BYTES = 1 << 30
"""What a cache keeps on disk: some 250,000 pages."""

_SWEEP_TO = 0.9
_STALE_SECONDS = 3_600.0
_TEMPORARY = ".new"
_TYPES = {"text": str, "confidence": float, "words_count": int, "sure_letters": int, "engine": str}


@dataclass(frozen=True, slots=True)
class CacheEntry:
    """The place of one recognition, by its key; no file error leaves it."""

    path: Path
    key: bytes

    def load(self) -> Recognition | None:
        """Return what was stored; None when there is nothing, or it is damaged."""
        try:
            values = json.loads(zlib.decompress(_encrypt(self.path.read_bytes(), self.key)))
        except (OSError, ValueError, zlib.error):
            return None
        if not isinstance(values, dict) or {name: type(value) for name, value in values.items()} != _TYPES:
            return None
        with suppress(OSError):
            os.utime(self.path)
        return Recognition(**values)

    def store(self, recognition: Recognition) -> None:
        """Keep a recognition; where that cannot be written it is not kept."""
        temporary = self.path.with_name(f"{secrets.token_hex(8)}{_TEMPORARY}")
        content = _encrypt(zlib.compress(json.dumps(asdict(recognition)).encode()), self.key)
        with suppress(OSError):
            self.path.parent.mkdir(parents=True, exist_ok=True)
            try:
                temporary.write_bytes(content)
                temporary.replace(self.path)
            finally:
                temporary.unlink(missing_ok=True)


class OcrCache:
    """The cache in a folder, which need not exist; several processes may use it at once."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def locate(self, key: bytes) -> CacheEntry:
        """Return the place for a key of `make_key`."""
        name = hashlib.sha256(b"name" + key).hexdigest()
        return CacheEntry(self._folder / name[:2] / name[2:], key)

    def sweep(self, max_bytes: int = MAX_BYTES) -> int:
        """Remove the entries longest unused when all take more than `max_bytes`, until a tenth is free; return how
        many. Reads every folder: for when an archive is opened, not for every page."""
        entries = sorted(self._list_entries())
        total = sum(size for _, size, _ in entries)
        removed = 0
        if total > max_bytes:
            for _, size, path in entries:
                if total <= _SWEEP_TO * max_bytes:
                    break
                with suppress(OSError):
                    Path(path).unlink()
                    removed += 1
                total -= size
        return removed

    def _list_entries(self) -> Iterator[tuple[float, int, str]]:
        """Yield (last use, bytes on disk, path) of each entry; files left by a process that died are removed."""
        for number in range(256):
            try:
                entries = list(os.scandir(self._folder / f"{number:02x}"))
            except OSError:
                continue
            for entry in entries:
                with suppress(OSError):
                    found = entry.stat()
                    if not entry.name.endswith(_TEMPORARY):
                        yield found.st_mtime, found.st_blocks * 512, entry.path
                    elif time.time() - found.st_mtime > _STALE_SECONDS:
                        Path(entry.path).unlink()


def make_key(image: GreyImage, *facts: object) -> bytes:
    """Return the key of a picture (its pixels, size and resolution) and whatever else a recognition depends on."""
    digest = hashlib.sha256(repr((image.width, image.height, image.dpi, *facts)).encode())
    digest.update(image.pixels)
    return digest.digest()


def _encrypt(content: bytes, key: bytes) -> bytes:
    """Return the content under a pad that the key alone gives; again, it is plain."""
    pad = hashlib.shake_256(b"text" + key).digest(len(content))
    return (int.from_bytes(content) ^ int.from_bytes(pad)).to_bytes(len(content))

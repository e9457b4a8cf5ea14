"""Archives, mails and pictures made to do harm: they hold far more than they seem to, or say that they do."""

from __future__ import annotations

import gzip
import io
import lzma
import struct
import zipfile
import zlib

from fixtures.office import build_xlsx
from tests.extraction.hostile import deflate_repeated
from tests.extraction.packing import make_tar, make_zip

_ZEROS = bytes(1 << 20)
_HEAD = b"From: a@x.example\nSubject: hello\nMIME-Version: 1.0\n"


def build_deflated_zip(name: str, block: bytes, times: int, stated: int | None = None) -> bytes:
    """Return a zip with one member, a block many times over; `stated` is the size that it says it has."""
    data = deflate_repeated(block, times)[2:-4]
    size = min(len(block) * times, 0xFFFFFFFF) if stated is None else stated
    check = 0
    for _ in range(times):
        check = zlib.crc32(block, check)
    fields = struct.pack("<HHHHHIIIHH", 20, 0, 8, 0, 0x21, check, len(data), size, len(name), 0)
    local = b"PK\3\4" + fields + name.encode() + data
    entry = b"PK\1\2\x14\0" + fields + struct.pack("<HHHII", 0, 0, 0, 0, 0) + name.encode()
    return local + entry + b"PK\5\6" + struct.pack("<HHHHIIH", 0, 0, 1, 1, len(entry), len(local), 0)


def build_nested_zip(depth: int = 100) -> bytes:
    data = b"the kernel"
    for level in range(depth):
        data = make_zip({"note.txt": b"level %d" % level, "inner.zip" if level else "kernel.txt": data})
    return data


def build_fanned_zip(levels: int = 6, fan: int = 16) -> bytes:
    """Return zips within zips, each many times over: 16^6 files of 4 MB."""
    data = make_zip({"0.txt": bytes(4 << 20)})
    for _ in range(levels):
        data = make_zip({f"{number}.zip": data for number in range(fan)})
    return data


def build_overlapping_zip(count: int = 50_000) -> bytes:
    """Return a zip whose directory names one member of 10 MB so many times."""
    data = build_deflated_zip("a.txt", b"word " * 200_000, 10)
    start = data.index(b"PK\1\2")
    entry = data[start : data.index(b"PK\5\6")]
    end = struct.pack("<HHHHIIH", 0, 0, count, count, len(entry) * count, start, 0)
    return data[:start] + entry * count + b"PK\5\6" + end


def build_boundless_tar() -> bytes:
    """Return a tar whose one member says that it has eight exabytes, none of them there."""
    data = bytearray(make_tar({"a.txt": b"x" * 100, "b.txt": b"words"}))
    data[124:136] = b"\x80\0\0\0" + (1 << 62).to_bytes(8, "big")
    data[148:156] = b"%06o\0 " % sum(data[:148] + b" " * 8 + data[156:512])
    return bytes(data)


def build_sparse_tar() -> bytes:
    """Return a tar whose one member is a hole of a terabyte."""
    data = bytearray(make_tar({"a.txt": b""}))
    data[156:157] = b"S"
    data[386:398] = data[398:410] = b"%011o\0" % 0
    data[483:495] = b"\x80\0\0\0" + (1 << 40).to_bytes(8, "big")
    data[148:156] = b"%06o\0 " % sum(data[:148] + b" " * 8 + data[156:512])
    return bytes(data)


def build_compressed_zeros(megabytes: int) -> bytes:
    data = deflate_repeated(_ZEROS, megabytes)[2:-4]
    size = megabytes << 20
    check = 0
    for _ in range(megabytes):
        check = zlib.crc32(_ZEROS, check)
    return b"\x1f\x8b\x08\0\0\0\0\0\0\3" + data + struct.pack("<II", check, size & 0xFFFFFFFF)


def build_nested_gzips(depth: int = 200) -> bytes:
    data = b"the kernel"
    for _ in range(depth):
        data = gzip.compress(data)
    return data


def build_xz_of_zeros() -> bytes:
    return lzma.compress(_ZEROS * 300, preset=0)


def build_sparse_sheet() -> bytes:
    rows = '<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>2</v></c></row>'
    return build_xlsx({"S": rows})


def build_nested_mail(depth: int = 5_000) -> bytes:
    return _HEAD + b"Content-Type: message/rfc822\n\n" * depth + b"the end"


def build_many_parts(count: int = 100_000) -> bytes:
    return _HEAD + b"Content-Type: multipart/mixed; boundary=b\n\n" + b"--b\n\nword\n" * count


def build_nested_parts(depth: int = 5_000) -> bytes:
    parts = (b'Content-Type: multipart/mixed; boundary="b%d"\n\n--b%d\n' % (n, n) for n in range(depth))
    return _HEAD + b"".join(parts)


def build_many_headers(count: int = 500_000) -> bytes:
    return _HEAD + b"To: =?utf-8?q?=41?= <a@x.example>,\n" * count + b"\nbody"


def build_long_encoded_word(count: int = 200_000) -> bytes:
    return _HEAD + b"Subject: " + b"=?utf-8?b?" * count + b"\n\nbody"


def build_mailbox(count: int = 200_000) -> bytes:
    return b"From a@x.example Sat Mar  2 18:40:00 2019\nFrom: a@x.example\n\nx\n\n" * count


def build_png(width: int, height: int, row: bytes, rows: int) -> bytes:
    """Return a one-bit PNG whose header states a size, with a row of bytes so many times."""
    header = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", deflate_repeated(row, rows)), (b"IEND", b""))
    out = b"\x89PNG\r\n\x1a\n"
    for kind, data in chunks:
        out += struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
    return out


def build_gif(frames: int = 100_000) -> bytes:
    """Return a GIF of very many frames of one pixel."""
    frame = b"!\xf9\4\0\1\0\0\0,\0\0\0\0\1\0\1\0\0\2\2D\1\0"
    return b"GIF89a\1\0\1\0\x80\0\0\0\0\0\xff\xff\xff" + frame * frames + b";"


def build_tiff(frames: int = 100_000, loops: bool = False) -> bytes:
    """Return a TIFF of very many frames of 16 pixels, or of one frame that is its own successor."""
    out = io.BytesIO()
    out.write(b"II*\0" + struct.pack("<I", 10) + b"\xff\xff")
    tags = ((256, 16), (257, 1), (258, 1), (259, 1), (262, 1), (273, 8), (277, 1), (278, 1), (279, 2))
    entries = b"".join(struct.pack("<HHII", tag, 4, 1, value) for tag, value in tags)
    size = 2 + len(entries) + 4
    for number in range(frames):
        following = 10 + (number + 1) * size if number + 1 < frames else 10 if loops else 0
        out.write(struct.pack("<H", len(tags)) + entries + struct.pack("<I", following))
    return out.getvalue()


def build_stored_zip_of_many(count: int = 200_000) -> bytes:
    """Return a zip of very many empty members."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for number in range(count):
            archive.writestr(zipfile.ZipInfo(f"{number}.txt"), b"")
    return buffer.getvalue()

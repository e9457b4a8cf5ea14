"""The compressed rich text of Outlook messages (MS-OXRTFCP): a sliding window of 4 kB that begins with common words."""

from __future__ import annotations

from papra_index.errors import ContentDamaged, ContentTooLarge

_WINDOW = 4096
_COMPRESSED = b"LZFu"
_PLAIN = b"MELA"
_DICTIONARY = (
    b"{\\rtf1\\ansi\\mac\\deff0\\deftab720{\\fonttbl;}{\\f0\\fnil \\froman \\fswiss \\fmodern \\fscript "
    b"\\fdecor MS Sans SerifSymbolArialTimes New RomanCourier{\\colortbl\\red0\\green0\\blue0\r\n\\par "
    b"\\pard\\plain\\f0\\fs20\\b\\i\\u\\tab\\tx"
)


def decompress_rtf(data: bytes, limit: int) -> bytes:
    """Return the RTF of its compressed form; what a file cut short still holds is returned as well.

    Raises ContentDamaged when it is of another form, ContentTooLarge when it grows beyond `limit` bytes.
    """
    form = data[8:12]
    if form == _PLAIN:
        return data[16:]
    if form != _COMPRESSED:
        raise ContentDamaged("the rich text of the message is damaged")
    out = bytearray(_DICTIONARY)
    position = 16
    while position < len(data):
        control = data[position]
        position += 1
        for bit in range(8):
            if position >= len(data):
                break
            if not control >> bit & 1:
                out.append(data[position])
                position += 1
                continue
            if not _copy_words(out, int.from_bytes(data[position : position + 2], "big")):
                return bytes(out[len(_DICTIONARY) :])
            position += 2
        if len(out) > limit:
            raise ContentTooLarge(f"the rich text of the message is larger than {limit >> 20} MB")
    return bytes(out[len(_DICTIONARY) :])


def _copy_words(out: bytearray, reference: int) -> bool:
    """Repeat 2 to 17 bytes of the window; False at the reference to its own end, which ends the text."""
    offset, length = reference >> 4, (reference & 15) + 2
    if offset == len(out) % _WINDOW:
        return False
    distance = (len(out) - offset) % _WINDOW
    for _ in range(length):
        # Before the window's first lap, what lies beyond the words it begins with is blank.
        out.append(out[-distance] if distance <= len(out) else 0x20)
    return True

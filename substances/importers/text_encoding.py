"""Text from bytes that strangers saved: which encoding it was, or why it is none we can trust."""

from __future__ import annotations

import codecs
import io
import re
from collections.abc import Iterator

from substances.importers.base import WrongFile

# U+FFFD: what a program puts for a letter that it could not read.
LOST = "\ufffd"
ENCODINGS = ("utf-8", "cp1252", "mac_roman", "utf-16")
_REMEDY = "save the file again as CSV UTF-8"
_MULTIBYTE = re.compile(rb"[\xc3-\xdf][\x80-\xbf]|[\xe1-\xef][\x80-\xbf]{2}|[\xf1-\xf3][\x80-\xbf]{3}")
_BEYOND_ASCII = re.compile(rb"[\x80-\xff]+")
_MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
# Bytes decoded at a time: the whole text at once would take four times its bytes.
_CHUNK = 2**16


def readable_as(data: bytes, encoding: str | None = None) -> str:
    """The codec by which every byte is text; see `text_of`.

    Args:
        encoding: one of `ENCODINGS`, where it is known. Else a byte order mark says it, or it is UTF-8 if it can be;
            what remains is from before: MacRoman where lines end in CR alone, as only old Macs wrote, else cp1252.

    Raises:
        WrongFile: a zero byte, a byte that the encoding has not, or two encodings in one file; with the line.
    """
    marked = next((name for mark, name in _MARKS if data.startswith(mark)), None)
    name = marked or encoding or _unmarked(data)
    wrong = _first_wrong(data, name)
    if wrong is not None:
        raise WrongFile(f"byte {data[wrong]:#04x} in line {_line(data, wrong)} of the text is not {name}; {_REMEDY}")
    lines = 1
    for piece in _pieces(data, name):
        if "\0" in piece:
            lines += piece.count("\n", 0, piece.index("\0"))
            raise WrongFile(f"there is a zero byte in line {lines} of the text: no list is written so; {_REMEDY}")
        lines += piece.count("\n")
    return name


def text_of(data: bytes, name: str) -> io.TextIOWrapper:
    """The text as it is asked for, without a byte order mark, its line ends "\n"."""
    return io.TextIOWrapper(io.BytesIO(data), encoding=name, newline=None)


def _pieces(data: bytes, name: str) -> Iterator[str]:
    decoder = codecs.getincrementaldecoder(name)()
    for start in range(0, len(data), _CHUNK):
        yield decoder.decode(data[start : start + _CHUNK], final=start + _CHUNK >= len(data))


def _first_wrong(data: bytes, name: str) -> int | None:
    """Where the first byte stands that the encoding has not."""
    decoder = codecs.getincrementaldecoder(name)()
    for start in range(0, len(data), _CHUNK):
        # An error counts from what the decoder has kept of the chunk before.
        kept = len(decoder.getstate()[0])
        try:
            decoder.decode(data[start : start + _CHUNK], final=start + _CHUNK >= len(data))
        except UnicodeDecodeError as error:
            return start - kept + error.start
    return None


def _unmarked(data: bytes) -> str:
    wrong = _first_wrong(data, "utf-8")
    if wrong is None:
        return "utf-8"
    if _mostly_utf_8(data):
        raise WrongFile(
            f"the file is in two encodings: most of it is UTF-8, byte {data[wrong]:#04x} in line {_line(data, wrong)} "
            f"of the text is not; {_REMEDY}"
        )
    return "mac_roman" if b"\r" in data and b"\n" not in data else "cp1252"


def _mostly_utf_8(data: bytes) -> bool:
    """Whether most of the bytes beyond ASCII are letters in UTF-8; in cp1252 they are so only by accident."""
    in_letters = sum(len(letter[0]) for letter in _MULTIBYTE.finditer(data))
    return 2 * in_letters > sum(len(run[0]) for run in _BEYOND_ASCII.finditer(data))


def _line(data: bytes, place: int) -> int:
    ends = data.count(b"\n", 0, place) + data.count(b"\r", 0, place)
    return ends - data.count(b"\r\n", 0, place) + 1

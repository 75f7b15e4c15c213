"""Text from bytes that strangers saved: which encoding it was, or why it is none we can trust."""

from __future__ import annotations

import codecs
import re

from substances.importers.base import WrongFile

# U+FFFD: what a program puts for a letter that it could not read.
LOST = "\ufffd"
ENCODINGS = ("utf-8", "cp1252", "mac_roman", "utf-16")
_REMEDY = "save the file again as CSV UTF-8"
_MULTIBYTE = re.compile(rb"[\xc3-\xdf][\x80-\xbf]|[\xe1-\xef][\x80-\xbf]{2}|[\xf1-\xf3][\x80-\xbf]{3}")
_MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))


def decoded(data: bytes, encoding: str | None = None) -> str:
    """The text, without a byte order mark, its line ends "\\n".

    Args:
        encoding: one of `ENCODINGS`, where it is known. Else a byte order mark says it, or it is UTF-8 if it can be;
            what remains is from before: MacRoman where lines end in CR alone, as only old Macs wrote, else cp1252.

    Raises:
        WrongFile: a zero byte, a byte that the encoding has not, or two encodings in one file; with the line.
    """
    marked = next((name for mark, name in _MARKS if data.startswith(mark)), None)
    name = marked or encoding or _unmarked(data)
    try:
        text = data.decode(name)
    except UnicodeDecodeError as error:
        raise WrongFile(
            f"byte {data[error.start]:#04x} in line {_line(data, error.start)} of the text is not {name}; {_REMEDY}"
        ) from None
    if "\0" in text:
        line = text.count("\n", 0, text.index("\0")) + 1
        raise WrongFile(f"there is a zero byte in line {line} of the text: no list is written so; {_REMEDY}")
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _unmarked(data: bytes) -> str:
    try:
        data.decode("utf-8")
    except UnicodeDecodeError as error:
        if _mostly_utf_8(data):
            line = _line(data, error.start)
            raise WrongFile(
                f"the file is in two encodings: most of it is UTF-8, byte {data[error.start]:#04x} in line {line} of "
                f"the text is not; {_REMEDY}"
            ) from None
        return "mac_roman" if b"\r" in data and b"\n" not in data else "cp1252"
    return "utf-8"


def _mostly_utf_8(data: bytes) -> bool:
    """Whether most of the bytes beyond ASCII are letters in UTF-8; in cp1252 they are so only by accident."""
    in_letters = sum(len(letter) for letter in _MULTIBYTE.findall(data))
    return 2 * in_letters > sum(byte > 0x7F for byte in data)


def _line(data: bytes, place: int) -> int:
    before = data[:place].replace(b"\r\n", b"\n")
    return before.count(b"\n") + before.count(b"\r") + 1

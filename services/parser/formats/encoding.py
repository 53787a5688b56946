"""Bytes to text, once: byte-order mark, then what the bytes are, then what they are said to be. Pure."""

import codecs
import re

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_DECLARED = re.compile(rb"""<\?xml[^>]{0,200}?encoding\s*=\s*["']([A-Za-z0-9._:-]+)["']""")
_META = re.compile(rb"""<meta[^>]{0,200}?charset\s*=\s*["']?\s*([A-Za-z0-9._:-]+)""", re.IGNORECASE)
_CHARSET = re.compile(r"""charset\s*=\s*["']?([A-Za-z0-9._:-]+)""", re.IGNORECASE)
_HEAD_BYTES = 4096  # where a declaration stands
_SHIFTING = {"iso2022_jp", "iso2022_kr", "hz", "utf_7"}  # all their bytes are ASCII, so that UTF-8 always fits
_NO_TEXT = {"utf_7", "idna", "punycode", "unicode_escape", "raw_unicode_escape", "undefined", "rot13"}
# What a label means to browsers (Encoding Standard, 4.2), where Python takes it at its word.
_MEANT = {
    "iso8859-1": "cp1252", "ascii": "cp1252", "latin-1": "cp1252", "iso8859-9": "cp1254",
    "gb2312": "gb18030", "gbk": "gb18030", "euc_kr": "cp949", "shift_jis": "cp932",
}  # fmt: skip
_C1 = {code: bytes([code]).decode("cp1252", "replace") for code in range(0x80, 0x100)}


def _as_windows_1252(error: UnicodeError) -> tuple[str, int]:
    """Read what is no UTF-8 within UTF-8 as the letters that stood in the page it was pasted from."""
    assert isinstance(error, UnicodeDecodeError)
    return "".join(_C1.get(byte, "\ufffd") for byte in error.object[error.start : error.end]), error.end


codecs.register_error("wireroom-1252", _as_windows_1252)


def decode(data: bytes, media_type: str | None = None) -> str:
    """Return the text that `data` holds; never fails, since what cannot be read becomes U+FFFD.

    UTF-8 that fits is UTF-8 whatever was declared: other encodings fit it by accident only in plain ASCII.
    """
    for mark, name in _BOMS:
        if data.startswith(mark):
            return data[len(mark) :].decode(name, "replace" if name != "utf-8" else "wireroom-1252")
    if data[:4] in {b"<\0?\0", b"<\0r\0", b"<\0f\0", b"<\0!\0", b"<\0\n\0"}:
        return data.decode("utf-16-le", "replace")
    if data[:4] in {b"\0<\0?", b"\0<\0r", b"\0<\0f", b"\0<\0!"}:
        return data.decode("utf-16-be", "replace")
    names = _declared(data, media_type)
    if not any(name in _SHIFTING for name in names):
        try:
            return data.decode("utf-8")
        except UnicodeDecodeError:
            pass
    for name in names:
        if name != "utf-8":
            return data.decode(name, "replace")
    return data.decode("utf-8", "wireroom-1252")


def _declared(data: bytes, media_type: str | None) -> list[str]:
    """Return the codecs that document and server name, the document first."""
    head = data[:_HEAD_BYTES]
    found = [match[1].decode() for match in (_DECLARED.search(head), _META.search(head)) if match]
    if media_type and (match := _CHARSET.search(media_type)):
        found.append(match[1])
    return [name for label in found if (name := _codec(label))]


def _codec(label: str) -> str | None:
    try:
        name = codecs.lookup(label).name
        "".encode(name)
    except (LookupError, UnicodeError, ValueError):
        return None
    if name.replace("-", "_") in _NO_TEXT or name.startswith(("utf-16", "utf-32")):
        return None
    return _MEANT.get(name, name)

"""Bytes to text, once: byte-order mark, then what the bytes are, then what they are said to be. Pure."""

import codecs
import re

from charset_normalizer import from_bytes

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_EBCDIC = b"\x4c\x6f\xa7\x94"  # how `<?xm` is written in all of its code pages (XML, appendix F)
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
# Labels of browsers (Encoding Standard, 4.2) that Python does not know.
_LABELS = {
    "mac": "mac_roman", "csmacintosh": "mac_roman", "x-mac-roman": "mac_roman", "x-mac-cyrillic": "mac_cyrillic",
    "x-sjis": "cp932", "x-euc-jp": "euc_jp", "x-gbk": "gb18030", "cn-big5": "big5hkscs", "x-x-big5": "big5hkscs",
    "windows-874": "cp874", "dos-874": "cp874", "iso-8859-8-i": "iso8859_8", "koi": "koi8_r", "koi8": "koi8_r",
    "x-cp1250": "cp1250", "x-cp1251": "cp1251", "x-cp1252": "cp1252", "x-cp1254": "cp1254", "x-cp1256": "cp1256",
}  # fmt: skip
_MARKUP = re.compile(rb"<[^<>]*>|&#?\w+;")
_NO_LETTERS = bytes(byte for byte in range(0x80) if not chr(byte).isalpha())
_ASCII = bytes(range(0x80))
_DENSE = (
    0.25  # of all letters, those beyond ASCII: more than any language has that is written in Latin ones but Vietnamese
)
_FEW_BYTES = 16  # beyond ASCII, which tell no encoding: a name, a currency's sign
_HEAD_OF_WORDS_BYTES = 100_000  # of a document: where it shows what letters it is written in
_SAMPLE_BYTES = 20_000  # of its words: what tells an encoding
_GUESSED = [
    "gb18030", "big5", "euc_jp", "cp932", "cp949", "cp1251", "koi8_r", "cp1253", "cp1255", "cp1256", "tis_620"
]  # fmt: skip
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
    if data.startswith(_EBCDIC):
        head = data[:_HEAD_BYTES].decode("cp037").encode("ascii", "replace")
        return data.decode(next(iter(_declared(head, None)), "cp037"), "replace")
    names = _declared(data, media_type)
    if not any(name in _SHIFTING for name in names):
        try:
            return data.decode("utf-8")
        except UnicodeDecodeError:
            pass
    codec = next((name for name in names if name != "utf-8"), None)
    if codec is None or codec == "cp1252":  # which systems write that were never told
        codec = _guessed(data) or codec
    return data.decode(codec, "replace") if codec else data.decode("utf-8", "wireroom-1252")


def _guessed(data: bytes) -> str | None:
    """Return the encoding of a text in other letters than Latin ones, told by their sequences; None if it is UTF-8."""
    words = _MARKUP.sub(b"\n", data[:_HEAD_OF_WORDS_BYTES])
    letters = words.translate(None, _NO_LETTERS)
    beyond = letters.translate(None, _ASCII)
    if len(beyond) < max(_FEW_BYTES, _DENSE * len(letters)) or 4 * len(beyond.decode("utf-8", "ignore")) > len(beyond):
        return None
    sample = words if len(words) <= _SAMPLE_BYTES else words[:_SAMPLE_BYTES].rpartition(b"\n")[0]
    found = from_bytes(sample, cp_isolation=_GUESSED).best()
    return _MEANT.get(found.encoding, found.encoding) if found else None


def _declared(data: bytes, media_type: str | None) -> list[str]:
    """Return the codecs that document and server name, the document first."""
    head = data[:_HEAD_BYTES]
    found = [match[1].decode() for match in (_DECLARED.search(head), _META.search(head)) if match]
    if media_type and (match := _CHARSET.search(media_type)):
        found.append(match[1])
    return [name for label in found if (name := _codec(label))]


def _codec(label: str) -> str | None:
    try:
        name = codecs.lookup(_LABELS.get(label.lower(), label)).name
        "".encode(name)
    except (LookupError, UnicodeError, ValueError):
        return None
    if name.replace("-", "_") in _NO_TEXT or name.startswith(("utf-16", "utf-32")):
        return None
    return _MEANT.get(name, name)

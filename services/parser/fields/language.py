"""The language of a text, as declared or as its letters and words show, and which way it runs. Pure."""

import re
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from services.parser.fields.languagemodel import LanguageModel

_TAG = re.compile(r"^[a-zA-Z]{2,3}(?:[-_][a-zA-Z0-9]{2,8})*$")
_RTL = frozenset(["ar", "arc", "ckb", "dv", "fa", "ha", "he", "iw", "khw", "ks", "ku", "ps", "sd", "ug", "ur", "yi"])
_RTL_LETTER = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufeff]")
_NO_LANGUAGE = frozenset({"und", "zxx", "mul", "xx", "none", "null"})
MIN_CHARS = 40  # shorter texts are named wrongly too often
_SAMPLE_CHARS = 240  # more letters cost time and change no answer
_GLANCE_CHARS = 120  # for five texts of six so many are enough
_LIKELY = 0.8
_SURE_AT_A_GLANCE = 0.9  # nine in ten; none of 2,000 headlines with their summaries was another's language in the end
_WITHOUT_BLANKS = re.compile("[\u3040-\u30ff\u4e00-\u9fff\uac00-\ud7af]{6}")  # six such letters say enough


@lru_cache(maxsize=256)
def declared_language(text: str | None) -> str | None:
    """Return a language tag in the spelling of BCP 47, or None if `text` is none.

    >>> declared_language("EN_us"), declared_language("english")
    ('en-US', None)
    """
    if not text:
        return None
    text = text.strip()
    if not _TAG.match(text) or text.lower() in _NO_LANGUAGE:
        return None
    first, *rest = text.replace("_", "-").split("-")
    parts = [first.lower()] + [
        part.upper() if len(part) == 2 else part.title() if len(part) == 4 else part.lower() for part in rest
    ]
    return "-".join(parts)[:35]


@lru_cache(maxsize=1)
def _model() -> "LanguageModel":
    """Return the model; reading it takes most of a second, so it waits for the first text that needs it."""
    from services.parser.fields.languagemodel import LanguageModel

    return LanguageModel()


def detected_language(text: str) -> str | None:
    """Return the language that `text` is most likely in, or None if it is too short to tell."""
    sample = text[:_SAMPLE_CHARS]
    if len(sample) < MIN_CHARS and not _WITHOUT_BLANKS.search(sample):
        return None
    name, share = _model().classify(sample[:_GLANCE_CHARS])
    if share <= _SURE_AT_A_GLANCE and len(sample) > _GLANCE_CHARS:
        name, share = _model().classify(sample)
    return name if share > _LIKELY else None


def shown_language(text: str, served: str | None) -> tuple[str | None, str]:
    """Return the language of a text that nothing in its document declares, and what shows it.

    `served`, the answer's Content-Language (RFC 9110, 8.5), counts unless the text is in another language: servers send
    one for all that they have. It names no language where it names several.
    """
    found, said = detected_language(text), declared_language(served)
    if said and found in {None, said.partition("-")[0]}:
        return said, "http content-language"
    return found, "text"


def direction(language: str | None, text: str) -> str | None:
    """Return ltr or rtl: by the language's script, else by the letters; None without a letter."""
    if language:
        return "rtl" if language.split("-")[0] in _RTL else "ltr"
    sample = text[:_SAMPLE_CHARS]
    if not any(char.isalpha() for char in sample):
        return None
    return "rtl" if 3 * len(_RTL_LETTER.findall(sample)) > sum(char.isalpha() for char in sample) else "ltr"

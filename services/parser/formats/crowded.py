"""Tags with more attributes than any page's, without them: libxml2 takes minutes for 40,000 in one. Pure."""

import re

MOST = 4000  # names and values in one tag
_TAG = re.compile(r"<[a-zA-Z](?:[^>=]++|=\s*+(?:\"[^\"]*+\"?+|'[^']*+'?+)?+)*+")  # as HTML 5 reads one, 13.2.5
_NAME = re.compile(r"<[a-zA-Z][^\s/>]*+")
_VALUE = re.compile(r"=\s*+(?:\"[^\"]*+\"?+|'[^']*+'?+)")
_WORD = re.compile(r"[^\s/=]++")


def thinned(text: str) -> str:
    """Return `text` with no attributes in those tags that have too many."""
    if max(map(len, _TAG.findall(text)), default=0) < 2 * MOST:
        return text
    return _TAG.sub(lambda tag: _thin(tag[0]), text)


def _thin(tag: str) -> str:
    if len(tag) < 2 * MOST or len(_WORD.findall(_VALUE.sub(" ", tag))) <= MOST:
        return tag
    name = _NAME.match(tag)
    return name[0] if name else tag

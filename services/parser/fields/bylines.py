"""Lines that say who wrote a text, freed of what stands around the names: labels, posts, dates, others' work. Pure."""

import re
from collections.abc import Iterator

from services.parser.fields.credit import without_agency

_BEFORE = (  # what leads to a name
    r"by|von|por|par|a cura di|di(?=\s+\S+\s+\S)|door|av|af|przez|oprac\.|oleh|автор|de la rédaction|του|της|των|"
    r"γράφε?ι?(?: [οη])?|بقلم|كتبت?|מאת|द्वारा"
)
_LABELS = (  # and what does with a colon, or with a stroke in the East
    r"authors?|autor(?:in|a|es|en|ów|zy)?|auteure?s?|autor[ei]|text|texte|teksti?|testo|words|story|"
    r"report(?:er|ing)?|written|interview|(?:guest )?contributor|автор[ыи]?|текст|yazar|haber|penulis|tác giả|bài|"
    r"skribent|kirjoittaja|szerző|írta|autoři|συντάκτης|लेखक|إعداد|الكاتب|كاتب|כתב|作者|記者|记者|文|撰文|取材|글"
)
_GENRES = (  # what a text is called before it is said whose it is
    r"story|written|words|reported|reporting|text|report|article|posted|submitted|compiled|opinion|analysis|"
    r"comment(?:ary)?|column|essay|review|interview|guest (?:post|column|essay)|verfasst|geschrieben|analyse|kommentar|"
    r"gast(?:beitrag|kommentar)|bericht|reportage|kolumne|porträt|rezension|escrito|publicado|análisis|crónica|"
    r"entrevista|reportaje|columna|écrit|enquête|chronique|tribune|récit|entretien(?: réalisé)?|propos recueillis|"
    r"articolo|intervista|analisi|inchiesta"
)
_ARTICLE = r"(?:(?:an?|the|eine?|une?|un[ao])\s+)?"
_BY = re.compile(
    rf"^\W*(?:{_ARTICLE}(?:{_GENRES})\s+)?(?:(?:{_BEFORE})(?!\w)[:：\s]+|(?:{_LABELS})\s*[:：・/／]\s*)|"
    rf"^\W*(?:{_ARTICLE}(?:{_GENRES})\s+(?:de\s+|d['’])|aus\s+\w+\s+berichtet\s+)(?=\w+\s+\w)",
    re.IGNORECASE,
)
_DATED_BY = re.compile(r"^[^.\d]{0,40}\d[^.]{0,60}?\s(?:by|von|par|por)\b[:\s]+(?=\S+\s)", re.IGNORECASE)
_OTHERS = (  # what somebody else did for the text
    r"pictures?|photo(?:s|graphs|graphy|graphies)?|images?|graphics?|illustrations?|edit(?:ing|ed)|translat(?:ion|ed)|"
    r"fotos?|bilder|fotograf[ií]as?|fotografie"
)
_OTHER_WORK = re.compile(
    rf"(?:(?<=\S)[\s,;|/]+(?:{_OTHERS}|video)|^\W*(?:{_OTHERS}))\s*(?:by\b|:|von\b|par\b|por\b).*$|"
    r"(?<=\w)\s+contributed\b.*$",
    re.IGNORECASE,
)
_JOINS = r"\s(?:and|und|et|y|e|en|och|og)\s"
_BY_OTHERS = re.compile(rf"(?:^|[,;&]|{_JOINS})(?:(?!{_JOINS})[^,;&()]){{2,60}}\((?:{_OTHERS}|video)\)", re.IGNORECASE)
_BRACKETS = re.compile(r"\([^()]*\)|\[[^\[\]]*\]")
_WHEN = re.compile(
    r"(?<=\w)[\s,|•·–—-]+(?:(?:published|updated|posted|last (?:updated|modified)|created|aktualisiert|veröffentlicht|"
    r"publicado|publié|pubblicato|stand(?=:))\b.*|(?:am|on|le|el|il|den|at)\s+(?=\D{0,25}\d).*)$|\s+@\w+",
    re.IGNORECASE,
)
_MONTHS = r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*"
_DATE_BEHIND = re.compile(
    r"(?<=\w)[\s,|•·–—-]+(?:\d{1,2}[./-]\d{1,2}[./-]\d{2,4}|\d{4}-\d\d-\d\d|\d{1,2}\.?\s+[^\W\d_]{3,}\.?\s+\d{4}|"
    rf"{_MONTHS}\.?\s+\d{{1,2}},?\s+\d{{4}})\b.*$",
    re.IGNORECASE,
)
_MAIL_NAME = re.compile(r"^\s*[^\s@()<>]+@[^\s@()<>]+\s*\((?P<name>[^()]+)\)\s*$")
_NAME_MAIL = re.compile(r"^\s*\"?(?P<name>[^<>@\"]+?)\"?\s*[<(]\s*(?:mailto:)?[^\s@]+@[^\s@]+[>)]\s*$")
_ADDRESS = re.compile(r"\S+@\S+\.\S+|(?:https?://|www\.)\S+")
_AND = re.compile(
    r"\s*(?:;|\||•|\s+/\s+|\s·\s|,?\s+(?:and|und|et|en|och|og|ja|&|with|mit|avec|con|и|και|ve|és|oraz|și|şi|dan|và|та|"
    r"і)\s+(?=\S)|,?\s+(?:with\s+)?(?:additional\s+)?reporting\s+by\s+)\s*",
    re.IGNORECASE,
)
_AND_IN_NAMES = re.compile(r"\s+(?:y|e|i|a)\s+")  # joins the two families of one person too: Ortega y Gasset
_COMMA = re.compile(r"\s*[,，、،]\s*")
POSTS = (
    r"correspondents?|reporters?|editors?|writers?|journalists?|columnists?|producer|contributor|presenter|analyst|"
    r"photographers?|redakteur(?:in)?|korrespondent(?:in)?|reporterin|corresponsal(?:es)?|correspondante?s?|periodista|"
    r"envoyée?s? spécia\w+|enviad[oa]s? especial(?:es)?|inviat[oa]|corrispondente|mitarbeiter(?:in)?|verslaggever|"
    r"redacteur"
)
_KINDS = (
    r"chief|senior|deputy|assistant|associate|special|staff|political|foreign|national|local|world|business|sports?|"
    r"science|health|education|crime|court|technology|culture|arts|city|environment|economics|diplomatic|defen[cs]e|"
    r"home|social|affairs|managing|contributing|freelance|democracy"
)
_TITLED = re.compile(  # a name and the post that its bearer holds, with no comma between them
    rf"^(?P<name>\S+(?:\s+\S+){{1,4}}?)\s+(?:(?:{_KINDS})\s+)*(?:{POSTS}|special to)\b.*$", re.IGNORECASE
)
_POST_FIRST = re.compile(  # "Our special correspondent in Rome, Ada Byron"
    r"^(?:(?:from|by|our|de|dal?|del|notre|nos|onze|unser(?:e[rmn]?)?|nuestr[oa]s?|nostr[oa]|sus?|vår|vores)\s+)*"
    rf"(?:(?:{_KINDS})\s+)*(?:{POSTS})(?:\s+(?:à|in|en|im|a|aus)\s+[^,:]{{2,30}}[,:])?\s*[:,]?\s+(?P<name>\S.*)$",
    re.IGNORECASE,
)
_SIGN_OFF = re.compile(
    r"^\W*(?:(?:additional |with )?reporting(?:,? (?:and )?writing)?|writing|report|reporte|reportado|reportagem|"
    r"reportajes?|información|reportage|rédigé|bericht(?:et|e)?|berichterstattung|servizio|verslag|репортаж)\s+"
    r"(?:by|de|por|par|von|di|van|door)\s+(?P<names>[^;()]{3,200}?)"
    r"(?:\s*[;)].*|[.,]\s*(?:edi|éd|redig|additional|tradu|übersetz|bearbeit|with ).*|\.?\s*)$",
    re.IGNORECASE,
)
_EASTERN_FIRST = re.compile(
    r"^(?:本报)?[記记]者\s+(?P<names>[\u4e00-\u9fff ]+?)(?:\s+\S{0,8}(?:报道|報導|报导|電|电))?$"
)
_EASTERN_POST = re.compile(r"(?<=\w)\s*(?:기자|특파원|선임기자|記者|记者)$")
_WHERE = re.compile(
    r"^(?P<name>[^\W\d_]\S*(?:\s+\S+){1,3}?)\s+(?:(?:(?:reporting\s+)?(?:in|from|for|at)|aus|für|pour|à|en)\s+(?:the\s+)?"
    r"[A-ZÀ-Þ]|[-–—]\s).*$"
)


def signed_off(line: str) -> str | None:
    """Return the writers in a line that an agency signs a text off with; editors and translators are none.

    >>> signed_off("(Reporting by Ada Byron in Oslo and Max Frisch; Editing by Jo Falk)")
    'Ada Byron in Oslo and Max Frisch'
    """
    found = _SIGN_OFF.match(line)
    return found["names"] if found else None


def unframed(text: str) -> str:
    """Return the part of a line that names its writers, without what leads to them, dates, addresses and others' work.

    >>> unframed("Ein Kommentar von Ada Byron, 6. Januar 2025"), unframed("Words: Ada Byron Pictures: Max Frisch")
    ('Ada Byron', 'Ada Byron')
    """
    if found := _MAIL_NAME.match(text) or _NAME_MAIL.match(text):
        text = found["name"]
    named = _BY.sub("", _DATED_BY.sub("", text), count=1)
    if len(named) < len(text):
        named = named.partition(" | ")[0]  # behind "By" and a name stands for whom they write
    text = _ADDRESS.sub("", _DATE_BEHIND.sub("", without_date(_OTHER_WORK.sub("", named))))
    return without_agency(_BRACKETS.sub(" ", _BY_OTHERS.sub("", text)))


def without_date(text: str) -> str:
    """Return a line that names who wrote a text without when that was.

    >>> without_date("Ada Byron, Harbour Post Stand: 6. Januar 2025, 14:07 Uhr")
    'Ada Byron, Harbour Post'
    """
    return _WHEN.sub("", text)


def opens_byline(text: str) -> bool:
    """Return whether a line begins as one that says who wrote a text."""
    return _BY.match(text) is not None or _DATED_BY.match(text) is not None


def joined_parts(text: str) -> Iterator[str]:
    """Yield what stands between the words and signs that join people.

    >>> list(joined_parts("Ana Lima e Rui Costa and José Ortega y Gasset"))
    ['Ana Lima', 'Rui Costa', 'José Ortega y Gasset']
    """
    for part in _AND.split(text):
        pieces = _AND_IN_NAMES.split(part)
        yield from pieces if all(" " in piece.strip() for piece in pieces) else [part]


def comma_parts(text: str) -> list[str]:
    """Return what stands between commas, of whatever script."""
    return _COMMA.split(text)


def before_post(piece: str) -> str | None:
    """Return what may be a name before a post, or before whom or where it was written for; None if nothing is."""
    found = _TITLED.match(piece) or _WHERE.match(piece)
    return found["name"].rstrip(" -–—") if found else None


def behind_post(text: str) -> str | None:
    """Return what may be names behind a post that leads the line; None if none does."""
    found = _POST_FIRST.match(text)
    return found["name"] if found else None


def eastern_names(text: str) -> list[str]:
    """Return the names that follow "reporter" in a line of Chinese or Japanese.

    >>> eastern_names("本报记者 王小明 李华")
    ['王小明', '李华']
    """
    found = _EASTERN_FIRST.match(text)
    return found["names"].split() if found else []


def without_eastern_post(piece: str) -> str:
    """Return a name without the post that is written behind it in the East."""
    return _EASTERN_POST.sub("", piece)

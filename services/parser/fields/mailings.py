"""Lines that a mailing puts around its text, known by their words in several languages. Pure."""

import re

_LEAVE = re.compile(
    r"\bunsubscrib|\bopt[ -]?out\b|\bno longer (?:wish|want) to receive|\bstop receiving\b|"
    r"\b(?:manage|update|change) (?:your )?(?:\w+ )?(?:preferences|subscriptions?)\b|"
    r"\babmelde|\babbestell|\baustragen\b|d[ée]sabonn|d[ée]sinscri|ne plus recevoir|"
    r"darse de baja|cancelar (?:la |tu |su |a )?(?:suscripci|subscri|inscri)|dejar de recibir|descadastr|"
    r"(?:cancella|annulla)(?:ti|re)? (?:l[a’']\s?)?iscrizione|disiscriv|afmeld|uitschrijv|"
    r"avregistrer|avsluta prenumeration|avmeld|framelding|peruuta tilaus|wypis(?:z|a)|rezygnacj|odhl[áa]si|leiratkoz|"
    r"отпис(?:ат|ыв)|отказаться от рассылки|abonelikten|配信停止|退订|退訂|수신거부",
    re.IGNORECASE,
)
_WAY_OUT = re.compile(r"unsub(?:scribe)?\b|opt-?out|abmeld|abbestell|desabonn|desinscri|/confirm", re.IGNORECASE)
_PAGE = re.compile(
    r"\b(?:view|read|see|open|display)\b.{0,40}\b(?:in|on|from) (?:your |a |the )?(?:web )?(?:browser|web)\b|"
    r"\b(?:web|online|browser)[ -]?version\b|\bview (?:it |this |email )?online\b|"
    r"\bhaving trouble (?:viewing|reading)\b|\bim (?:web)?browser\b|\bonline[ -]?ansicht\b|\bwebansicht\b|"
    r"nicht (?:richtig |korrekt )?(?:angezeigt|dargestellt)|\b(?:dans|avec) (?:votre|le|un) navigateur\b|"
    r"version en ligne|\ben (?:su|tu|el) navegador\b|versi[óo]n (?:web|en l[íi]nea)|\bnel (?:tuo )?browser\b|"
    r"versione (?:web|online)|\bno (?:seu )?navegador\b|vers[ãa]o (?:web|online)|\bin (?:je|uw|de) browser\b|"
    r"webbl[äa]saren?\b|nettleser|webbversion|w przegl[ąa]darce|в браузере",
    re.IGNORECASE,
)
_WHY = re.compile(
    r"\byou(?:[’']re| are| have)? (?:receiv|subscrib|getting|signed)|\bprivacy policy\b|\bforward to a friend\b|"
    r"\bthis (?:e-?mail|message|newsletter) was sent\b|\bsie (?:erhalten|bekommen|haben sich)\b|\bimpressum\b|"
    r"\bdiese (?:e-?mail|nachricht) wurde\b|\bdatenschutz\b|\bvous recevez\b|\b(?:recibes?|has recibido) este\b|"
    r"\bricevi questa\b",
    re.IGNORECASE,
)
_EMBARGO = re.compile(
    r"^[\W_]*(?:(?:strictly|under|sous|con)\s+)*"
    r"(?:embargo(?:ed|ed?o)?\b(?:\s*(?:until|till|bis|jusqu.{1,2}au?|hasta|fino a|tot|:|-|–)|[\W_]*$)|sperrfrist\b|"
    r"not for (?:publication|release|broadcast|use) (?:before|until|prior to))",
    re.IGNORECASE,
)


def embargo_in(line: str) -> str | None:
    """Return what a line says of when something may be published, None where it is about something else.

    >>> embargo_in("EMBARGOED UNTIL 3 March, 00:01 GMT"), embargo_in("Sperrfrist: Dienstag"), embargo_in("* EMBARGO *")
    ('3 March, 00:01 GMT', 'Dienstag', '')
    >>> embargo_in("Embargo on oil is tightened")
    """
    found = _EMBARGO.match(line)
    return line[found.end() :].strip(" :*-–") if found else None


def says_how_to_leave(text: str) -> bool:
    """Return whether a line says how to get no more of the mailing.

    >>> says_how_to_leave("Unsubscribe | Privacy"), says_how_to_leave("Hier können Sie den Newsletter abbestellen.")
    (True, True)
    """
    return _LEAVE.search(text) is not None


def is_way_out(url: str) -> bool:
    """Return whether an address is one that takes a reader off a list, or confirms something, once it is asked for."""
    return _WAY_OUT.search(url) is not None


def leads_to_page(text: str) -> bool:
    """Return whether a line offers the same text on the web.

    >>> leads_to_page("View this email in your browser"), leads_to_page("The browser was a success.")
    (True, False)
    """
    return _PAGE.search(text) is not None


def says_why_it_came(text: str) -> bool:
    """Return whether a line tells whom the mailing goes to, or on what terms; it stands at its foot."""
    return _WHY.search(text) is not None

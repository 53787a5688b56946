"""Lines that a publisher's page carries beside its article, known by their words in several languages. Pure."""

import re

OPENING_WORDS = 7  # a line of so few words above the first sentence is a byline, a date or a kicker
CLOSING_WORDS = 7  # and below the last one a desk's initials, a tag or a button
_MOST_WORDS = 60  # longer lines are text, whatever they begin with
_END = re.compile(r"[.!?…。！？।؟۔:;][\"'”’»)\]]*$")
_LEADS_ELSEWHERE = re.compile(
    r"^\W*(?:read (?:more|also|next)|also read|see also|also see|also on \S+|related(?: (?:article|story|stories|post|content|roundup))?\s*:|"
    r"more\s*:|you (?:may|might) also like|don[’']t miss|most read|recommended (?:reading|video|stor)|watch(?: now)?\s*[:|]|"
    r"listen(?: now)?\s*[:|]|lesen sie (?:auch|hier|mehr)|mehr zum thema|mehr dazu|mehr lesen|auch interessant|"
    r"das könnte sie auch interessieren|zum thema\s*:|lesetipp|zum artikel\s*:|hier finden sie (?:außerdem|auch)|>>|"
    r"à lire(?: aussi)?|lire aussi|voir aussi|lee también|leer más|te puede interesar|"
    r"más información|leggi anche|per approfondire|leia (?:também|mais)|veja também|lees ook|læs også|les også|läs (?:också|mer|även)|"
    r"читайте также|см\. также|czytaj (?:także|też|również)|přečtěte si|lue myös|devamını oku)\b",
    re.IGNORECASE,
)
_ASKS = re.compile(
    r"\b(?:sign up|subscribe|newsletters?|follow us|join our|get (?:our|the) (?:app|daily|latest)|abonnieren sie|abonniere|jetzt (?:abonnieren|"
    r"anmelden|unterstützen|testen)|folgen sie uns|folgst du|suscríbete|síguenos|abonnez-vous|inscrivez-vous|iscriviti|"
    r"seguici|assine|inscreva-se|подпис(?:ывайтесь|аться)|whatsapp-kanal|whatsapp channel|telegram channel|"
    r"support (?:our|independent) journalism)\b",
    re.IGNORECASE,
)
_ADDRESSED = re.compile(
    r"\b(?:you|your|us|our|sie|ihre[nmrs]?|ihnen|du|dein[e]?[nmrs]?|dir|uns|unser[e]?[nmrs]?|tu|tus|te|nos|notre|votre|vous|ti|tuo|nostra|nostro|вас|наш)\b",
    re.IGNORECASE,
)
_SAYS_NOTHING = re.compile(
    r"^\W*(?:advertisement|anzeige|werbung|publicidad|publicité|pubblicità|annons|annonse|annonce|reklama|реклама|"
    r"(?:advertisement\W*\d*\W*)?(?:story|article) continues below.*|article content|comments?|kommentare?|comentarios|commentaires|commenti|"
    r"(?:leave|post|add) (?:a )?comments?|share(?: this.*)?|teilen|compartir|partager|condividi|copy link|link copied.*|"
    r"(?:lesedauer|lesezeit|reading time|tempo de leitura|tiempo de lectura|temps de lecture|tempo di lettura)\b.{0,20}|"
    r"\d+\s*(?:min(?:ute[ns]?|uten)?\.?)\s*(?:read|lesezeit|lesedauer|lesen)|"
    r"embed|externer inhalt.*|empfohlener (?:redaktioneller|externer) inhalt|ein klick für den datenschutz|"
    r"an dieser stelle finden sie .*|ich bin damit einverstanden.*|deine privatsphäre-einstellungen.*|this content is not available.*|"
    r"(?:please )?enable javascript.*|your browser does not support.*|this video (?:is|can|has).*|video unavailable|"
    r"fehler (?:gefunden|melden|entdeckt).*|mehr infos?|terms and conditions.*|privacy policy.?|article bookmarked|"
    r"our standards: .*|thanks? (?:you )?for (?:signing|subscribing).*|there was an error processing.*|tags?\s*[:|].*|filed under\b.*|"
    r"all rights reserved.*|alle rechte vorbehalten.*|(?:©|\(c\)|ⓒ|copyright\b).{0,200}|explore further|more (?:info|information)|_{2,}|"
    r"this (?:article|story|page) (?:contains|may contain|includes) affiliate.*|"
    r".{0,120}\b(?:affiliate(?: |-)links?|may earn (?:a|an) (?:small |affiliate )?commission)\b.{0,200}|"
    r"(?:text size|font size|schriftgröße)\W*)[\W_]*$",
    re.IGNORECASE | re.DOTALL,
)


def is_sentence(text: str, words: int) -> bool:
    """Return whether `text`, of so many words, reads as running text rather than as a label."""
    return words >= 12 or (words >= 3 and _END.search(text) is not None)


def is_furniture(text: str, words: int) -> bool:
    """Return whether a line belongs to the page rather than to the article: a button, an offer, a way elsewhere.

    >>> is_furniture("Read more: Storm takes the roof", 6), is_furniture("Comments", 1)
    (True, True)
    >>> is_furniture("The magazine says that its newsletter has 40,000 readers.", 9)
    False
    """
    if words > _MOST_WORDS:
        return False
    if _SAYS_NOTHING.match(text) or (_LEADS_ELSEWHERE.match(text) and words <= 40):
        return True
    return (
        _ASKS.search(text) is not None
        and _ADDRESSED.search(text) is not None
        and not text.startswith(("“", '"', "„", "«"))
    )

"""Lines that a publisher's page carries beside its article, known by their words in several languages. Pure."""

import re

OPENING_WORDS = 7  # a line of so few words above the first sentence is a byline, a date or a kicker
DATE_WORDS = 14  # and one of so many may be a date in words
CREDIT_WORDS = 9  # a picture's credit is no longer
CLOSING_WORDS = 7  # and below the last one a desk's initials, a tag or a button
_MOST_WORDS = 60  # longer lines are text, whatever they begin with
_END = re.compile(r"[.!?…。！？।؟۔:;][\"'”’»)\]]*$")
_LEADS_ELSEWHERE = re.compile(
    r"^\W*(?:more:|read (?:more|also|next)|also read|see also|also see|also on \S+|"
    r"on [\w-]+\.(?:com|net|org|[a-z]{2}):|related(?: (?:article|story|stories|"
    r"post|content|roundup))?\s*:|"
    r"more\s*:|you (?:may|might) also like|don[’']t miss|most read|recommended (?:reading|video|stor)|"
    r"watch(?: now)?\s*[:|]|"
    r"listen(?: now)?\s*[:|]|lesen sie (?:auch|hier|mehr)|mehr zum thema|mehr dazu|mehr lesen|auch interessant|"
    r"das könnte sie auch interessieren|zum thema\s*:|lesetipp|zum artikel\s*:|hier finden sie (?:außerdem|auch)|>>|"
    r"à lire(?: aussi)?|lire aussi|voir aussi|lee también|leer más|te puede interesar|"
    r"más información|leggi anche|per approfondire|leia (?:também|mais)|veja também|lees ook|læs også|les også|"
    r"läs (?:också|mer|även)|"
    r"читайте также|см\. также|czytaj (?:także|też|również)|přečtěte si|lue myös|devamını oku)(?:\b|(?<=[:|>]))",
    re.IGNORECASE,
)
_ASKS = re.compile(
    r"\b(?:sign up|subscribe|newsletters?|follow us|join our|get (?:our|the) (?:app|daily|latest)|"
    r"(?:in|to) your inbox|get your [\w-]+ latest|abonnieren sie|"
    r"abonniere|jetzt (?:abonnieren|"
    r"anmelden|unterstützen|testen)|folgen sie uns|folgst du|suscríbete|síguenos|abonnez-vous|inscrivez-vous|"
    r"iscriviti|"
    r"seguici|assine|inscreva-se|подпис(?:ывайтесь|аться)|whatsapp-kanal|whatsapp channel|telegram channel|"
    r"support (?:our|independent) journalism)\b",
    re.IGNORECASE,
)
_ADDRESSED = re.compile(
    r"\b(?:you|your|us|our|sie|ihre[nmrs]?|ihnen|du|dein[e]?[nmrs]?|dir|uns|unser[e]?[nmrs]?|tu|tus|te|nos|notre|"
    r"votre|vous|ti|tuo|nostra|nostro|вас|наш)\b",
    re.IGNORECASE,
)
_SAYS_NOTHING = re.compile(
    r"^\W*(?:follow .{1,80} on (?:facebook|twitter|instagram|youtube|x|threads|bluesky)\b.{0,60}|"
    r"like this story\?.{0,60}|\w+ [^\]]{0,200}\].{0,200}\[/\w+|advertisement|anzeige|werbung|publicidad|"
    r"publicité|pubblicità|annons|annonse|annonce|reklama|реклама|"
    r"(?:advertisement\W*\d*\W*)?(?:story|article) continues below.*|article content|comments?|kommentare?|"
    r"comentarios|commentaires|commenti|"
    r"(?:leave|post|add) (?:a )?comments?|share(?: this.*)?|teilen|compartir|partager|condividi|copy link|"
    r"link copied.*|"
    r"(?:lesedauer|lesezeit|reading time|tempo de leitura|tiempo de lectura|temps de lecture|"
    r"tempo di lettura)\b.{0,20}|"
    r"\d+\s*(?:min(?:ute[ns]?|uten)?\.?)\s*(?:read|lesezeit|lesedauer|lesen)|"
    r"embed|externer inhalt.*|empfohlener (?:redaktioneller|externer) inhalt|ein klick für den datenschutz|"
    r"an dieser stelle finden sie .*|ich bin damit einverstanden.*|deine privatsphäre-einstellungen.*|"
    r"this content is not available.*|"
    r"(?:please )?enable javascript.*|your browser does not support.*|this video (?:is|can|has).*|video unavailable|"
    r"fehler (?:gefunden|melden|entdeckt).*|mehr infos?|terms and conditions.*|privacy policy.?|article bookmarked|"
    r"our standards: .*|thanks? (?:you )?for (?:signing|subscribing).*|there was an error processing.*|tags?\s*[:|"
    r"].*|filed under\b.*|"
    r"all rights reserved.*|alle rechte vorbehalten.*|(?:©|\(c\)|ⓒ|copyright\b).{0,200}|explore further|"
    r"more (?:info|information)|_{2,}|"
    r"this (?:article|story|page) (?:contains|may contain|includes) affiliate.*|"
    r".{0,120}\b(?:affiliate(?: |-)links?|may earn (?:a|an) (?:small |affiliate )?commission)\b.{0,200}|"
    r"(?:got|do you have) a story\b.{0,200}|get in touch (?:with our|by email).{0,160}|"
    r"for more stories like this.{0,80}|"
    r"click here to (?:get the|subscribe|sign up).{0,80}|order reprints|print article|"
    r"this copy is for your personal, non-commercial use only.*|you must confirm your public display name.*|"
    r"please log ?out and then log ?in again.*|by submitting your information.*|"
    r"link zum (?:[\w-]+-)?inhalt|we independently select everything.*|"
    r"thank you for visiting \S+\. you are using a browser.*|ihre meinung ist uns wichtig.*|"
    r"hat ihnen dieser artikel gefallen.*|dieses thema im programm:.*|"
    r"(?:text size|font size|schriftgröße)\W*)[\W_]*$",
    re.IGNORECASE | re.DOTALL,
)


_WALL = re.compile(  # what a page asks for before it shows the rest
    r"^\W*(?:(?:to )?(?:continue|keep) reading(?:\W*$|,.*|\s+(?:for|with|by|this|the)\b.*)|"
    r"already (?:a |an )?(?:subscriber|member|registered|have an account)\b.*|"
    r"(?:sign up|sign in|log ?in|register) (?:now |today |here )?(?:to|for) (?:read|continue|keep|see|unlock)\b.*|"
    r"subscribe (?:now |today |here )?(?:to|for|and) (?:get|read|continue|unlock|access|enjoy|support)\b.*|"
    r"(?:this|the) (?:article|story|content) is (?:only )?(?:available )?(?:for|to|exclusive to|reserved for) "
    r"(?:our )?(?:paying )?(?:subscribers|members|registered).*|"
    r"unlock (?:this|the full|unlimited)\b.*|start your free trial.*|get unlimited (?:digital )?access\b.*|"
    r"you have (?:reached|read) your .{0,30}(?:limit|articles?).*|weiterlesen mit\b.*|jetzt weiterlesen.*|"
    r"bereits (?:schon )?abonnent.*|dieser artikel ist (?:nur )?für abonnent.*|"
    r"(?:cet article est )?réservé aux abonnés.*|"
    r"déjà abonné.*|il (?:vous )?reste .{0,20}% de cet article.*|contenido exclusivo para suscriptores.*|"
    r"¿ya eres suscriptor.*|(?:contenuto )?riservato agli abbonati.*|già abbonato.*|"
    r"conteúdo exclusivo para assinantes.*|já é assinante.*|exclusief voor abonnees.*|al abonnee.*|"
    r"материал доступен (?:только )?(?:по подписке|подписчикам).*)$",
    re.IGNORECASE | re.DOTALL,
)


def is_wall(text: str) -> bool:
    """Return whether a line asks for something before the rest may be read.

    >>> is_wall("Sign up to read this article"), is_wall("Sign up, the captain said.")
    (True, False)
    """
    return _WALL.match(text) is not None


_WRITER = re.compile(
    r"^(?i:by|von|por|par|di|door|av|af|автор)\s+(?:[A-ZÀ-ÞА-Я][\w.'’-]*+\s*+(?:(?:,|and|und|y|et|e|&|\||-|–)\s*+)?+)"
    r"{1,12}(?:\d.{0,60}(?<![^Mm][.!?]))?$|"
    r"^(?:published|updated|veröffentlicht|aktualisiert|stand|publicado|publié|pubblicato|gepubliceerd|"
    r"опубликовано)\b.{0,80}$",
)


_BOX = re.compile(
    r"^\W*(?:top stories|latest (?:news|stories|headlines)|most (?:read|viewed|popular)\b.{0,20}|"
    r"trending\b.{0,20}|partner news|more (?:stories|news)|"
    r"more (?:from|on|in)\b.{0,30}|(?:related|recommended) (?:stories|articles|posts|content|news|topics|videos?|"
    r"links)|"
    r"you (?:may|might) (?:also )?(?:like|enjoy|be interested)\b.{0,20}|up next|what to read next|around the web|"
    r"mehr zum thema|mehr (?:aus|von|zu)\b.{0,30}|das könnte (?:sie|dich) (?:auch )?interessieren|"
    r"ähnliche(?: artikel)?|auch interessant|"
    r"meistgelesen\b.{0,20}|weitere (?:artikel|themen|nachrichten)\b.{0,20}|"
    r"sur le même sujet|les plus lus|lo más (?:leído|visto)|más (?:noticias|leídas)|te puede interesar|"
    r"noticias relacionadas|"
    r"potrebbe interessarti|i più letti|articoli correlati|notícias relacionadas|"
    r"meest gelezen|mest läst|mest lest|mest læste|по теме|"
    r"newsletters?|support .{0,40}journalism)\W*$",
    re.IGNORECASE,
)


def opens_box(text: str) -> bool:
    """Return whether `text` is the label of a box that leads to other articles.

    >>> opens_box("Most read in World News"), opens_box("More from the council was not to be had.")
    (True, False)
    """
    return len(text) <= 60 and not text.rstrip().endswith(".") and _BOX.match(text) is not None


_DATED = re.compile(r"\d{1,2}[:.h]\d\d|\b(?:19|20)\d\d\b")


def is_date_line(text: str, words: int) -> bool:
    """Return whether a line says only when, as pages do above the text.

    >>> is_date_line("Friday, 22 October 2010, 20:13", 5), is_date_line("In 2010 the mole broke.", 5)
    (True, False)
    """
    return words <= DATE_WORDS and _DATED.search(text) is not None and _END.search(text) is None


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
    if _SAYS_NOTHING.match(text) or ((_LEADS_ELSEWHERE.match(text) or is_wall(text)) and words <= 40):
        return True
    return (
        _ASKS.search(text) is not None
        and _ADDRESSED.search(text) is not None
        and not text.startswith(("“", '"', "„", "«"))
    )


_CREDIT_LABEL = re.compile(
    r"^(?:image|photo(?:graph)?|picture|foto|bild|fotó|fot\.|фото|video|quelle|source|fuente|credit)(?: credit)?\s*"
    r"(?:[:©/]|by\b|von\b)",
    re.IGNORECASE,
)
_PICTURE_AGENCY = re.compile(
    r"\b(?:getty|shutterstock|alamy|istock|imago|picture alliance|afp via|nurphoto|zuma|unsplash|pixabay)\b|"
    r"/(?:afp|ap|reuters|epa|dpa|pa|efe)\b",
    re.IGNORECASE,
)


def is_picture_credit(text: str, words: int) -> bool:
    """Return whether a line only says whose a picture is.

    >>> is_picture_credit("STR/AFP via Getty Images", 4), is_picture_credit("Getty bought the picture.", 4)
    (True, False)
    """
    if words > CREDIT_WORDS or _END.search(text):
        return False
    return _CREDIT_LABEL.match(text) is not None or _PICTURE_AGENCY.search(text) is not None


def names_writer(text: str) -> bool:
    """Return whether a line only says who wrote the text, and when.

    >>> names_writer("By Ada Lindqvist"), names_writer("By the time the ferry came, the pier was gone.")
    (True, False)
    """
    return _WRITER.match(text) is not None

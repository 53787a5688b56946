"""Pages in an article's place: consent, log-in and challenge pages, known by where they are and by what they say. Pure.

The words are those of what puts up such pages: consent managers, firewalls and paywalls, in Europe's languages.
"""

import re
from urllib.parse import urlsplit

_HOSTS = re.compile(r"^(?:consent|consents|cmp|privacy-mgmt|login|signin|sso|auth|id|account|accounts|myaccount)\.")
_PATHS = re.compile(
    r"/(?:log-?in|sign-?in|anmelden|einloggen|connexion|se-connecter|iniciar-sesion|accedi|inloggen|consent|"
    r"cookie-?(?:consent|wall)|privacy-?(?:gate|wall)|zustimmung|subscribe|register|captcha|challenge|"
    r"cdn-cgi/challenge-platform)(?:[/.]|$)",
    re.IGNORECASE,
)

_WORDS = 150  # a wall says what it is in fewer words
_CHALLENGES = (
    r"just a moment|checking (?:your browser|if the site connection is secure)|"
    r"verify(?:ing)? (?:that )?you are (?:a )?human|are you a robot|not a robot|enable javascript and cookies|"
    r"access denied|attention required|unusual traffic|request (?:unsuccessful|blocked)|ddos protection|captcha|"
    r"(?:sie|du) ein mensch (?:sind|bist)|kein roboter|pas un robot|vous êtes (?:un )?humain|no soy un robot|"
    r"(?:es|eres) (?:un )?humano|non sono un robot|essere umano|não sou um robô|você é humano|geen robot|"
    r"een mens bent|inte en robot|ikke en robot|nie jestem robotem|не робот"
)
_CONSENT = (
    r"before you continue|we value your privacy|your privacy (?:choices|matters)|cookie consent|"
    r"we and our (?:\d+ )?(?:trusted )?partners|accept (?:all )?and continue|continue without accepting|"
    r"wir und unsere (?:bis zu )?(?:\d+ )?partner|(?:zustimmen|akzeptieren|einverstanden) und weiter|"
    r"mit werbung (?:weiter)?lesen|"
    r"nous et nos (?:\d+ )?partenaires|accepter et continuer|continuer sans accepter|"
    r"nosotros y nuestros (?:\d+ )?socios|aceptar y continuar|valoramos (?:tu|su) privacidad|"
    r"noi e (?:i )?(?:nostri )?(?:\d+ )?(?:nostri )?(?:partner|fornitori)|accetta e continua|continua senza accettare|"
    r"nós e (?:os )?(?:nossos )?(?:\d+ )?(?:nossos )?parceiros|aceitar e continuar|"
    r"wij en onze (?:\d+ )?partners|(?:accepteren|akkoord) en (?:door|verder)|"
    r"vi och våra (?:\d+ )?partner|godkänn och fortsätt|vi og v(?:åre|ores) (?:\d+ )?partnere?|"
    r"godta og fortsett|accepter og fortsæt|hyväksy ja jatka|"
    r"my i nasi (?:\d+ )?(?:zaufani )?partnerzy|akceptuję i przechodzę|noi și (?:cei )?(?:\d+ )?(?:de )?parteneri"
)
_LOGIN = (
    r"(?:sign|log) ?in to (?:continue|read|your account)|please (?:log|sign) ?in|subscribe to (?:continue|read)|"
    r"create (?:a free|your) account to|"
    r"(?:melden sie sich|melde dich) (?:bitte )?an, um|bitte (?:anmelden|einloggen)|um (?:den artikel )?weiterzulesen|"
    r"(?:connectez|identifiez|abonnez)-vous (?:pour|et) (?:lire|continue[rz]|poursuiv)|réservé (?:à nos|aux) abonnés|"
    r"(?:inicia|inicie|suscríbete|suscríbase)(?: sesión)? para (?:leer|seguir leyendo|continuar)|"
    r"exclusivo para (?:nuestros )?suscriptores|"
    r"(?:accedi|abbonati|registrati) per (?:continuare|leggere|proseguire)|riservato agli abbonati|"
    r"(?:login|sessão|assine|registe-se) para (?:ler|continuar)|exclusivo para assinantes|"
    r"(?:log in|abonneer(?: je| u)?|neem een abonnement) om (?:verder|door|dit)|"
    r"(?:logga in|bli prenumerant) för att (?:läsa|fortsätta)|logg? inn? for å (?:lese|fortsette)|"
    r"log ind for at (?:læse|fortsætte)|zaloguj się,? aby (?:czytać|kontynuować)|aby czytać dalej"
)
_SAID = re.compile("|".join((_CHALLENGES, _CONSENT, _LOGIN)), re.IGNORECASE)
_MOST_WORDS = 600  # of a wall that lists what is consented to
_LEAST_TERMS, _LEAST_KINDS, _TERMS_SHARE = 8, 4, 0.06  # by which a long text is one; reports on the subject use fewer
_TERMS = re.compile(
    r"\b(?:cookies?|consent|track(?:ing|ers?)|partn\w+|personali[sz]ed|personalisiert\w*|personnalis\w+|personaliza\w+|"
    r"personenbezogen\w*|einwilligung\w*|zustimm\w+|datenschutz\w*|werbefrei\w*|ip-adress\w*|ip address\w*|"
    r"personal data|opt[ -]out|privacy|consentement|traceurs|données personnelles|partenaires|"
    r"consentimiento|datos personales|socios|privacidad|consenso|dati personali|fornitori|"
    r"consentimento|dados pessoais|parceiros|privacidade|toestemming|persoonsgegevens|"
    r"samtycke|samtykke\w*|personuppgifter|personopplysninger|personoplysninger|zgod[ayęo]\w*|danych osobowych)\b",
    re.IGNORECASE,
)


def is_wall(asked: str, answered: str) -> bool:
    """Return whether a page that was asked for at one address was answered by a wall at another.

    >>> is_wall("https://paper.example/storm", "https://consent.paper.example/?back=/storm")
    True
    >>> is_wall("https://paper.example/login/storm", "https://paper.example/login/storm?x=1")
    False
    """
    before, after = urlsplit(asked), urlsplit(answered)
    host, was = (after.hostname or "").lower(), (before.hostname or "").lower()
    if host != was and _HOSTS.match(host) and not _HOSTS.match(was):
        return True
    return after.path != before.path and bool(_PATHS.search(after.path)) and not _PATHS.search(before.path)


def says_wall(title: str, text: str, words: int) -> bool:
    """Return whether a page with this title, and a text of so many words, says that it is a wall.

    >>> says_wall("Storm in the bay", "Wir und unsere 192 Partner verarbeiten Daten. Zustimmen und weiter", 10)
    True
    >>> says_wall("Storm in the bay", "The storm crossed the bay.", 5)
    False
    """
    if words < _WORDS and _SAID.search(text):
        return True
    if words < 3 * _WORDS and _SAID.search(title):
        return True
    if not _LEAST_TERMS <= words <= _MOST_WORDS:
        return False
    terms = [found.lower() for found in _TERMS.findall(text)]
    return len(terms) >= max(_LEAST_TERMS, _TERMS_SHARE * words) and len(set(terms)) >= _LEAST_KINDS

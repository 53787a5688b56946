"""Pages that stand in an article's place: consent, log-in and challenge pages, known by where they are. Pure."""

import re
from urllib.parse import urlsplit

_HOSTS = re.compile(r"^(?:consent|consents|cmp|privacy-mgmt|login|signin|sso|auth|id|account|accounts|myaccount)\.")
_PATHS = re.compile(
    r"/(?:log-?in|sign-?in|anmelden|einloggen|connexion|se-connecter|iniciar-sesion|accedi|inloggen|consent|"
    r"cookie-?(?:consent|wall)|privacy-?(?:gate|wall)|zustimmung|subscribe|register|captcha|challenge|"
    r"cdn-cgi/challenge-platform)(?:[/.]|$)",
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

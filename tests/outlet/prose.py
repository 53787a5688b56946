"""Invented news, the same for the same seed: headlines and bodies that share no run of words with one another. Pure."""

import random
from dataclasses import dataclass


def _words(text: str) -> list[str]:
    return text.split()


PLACES = _words("""
    Aldermoor Brackwater Cinderford Dunhaven Eastmarsh Fallowby Greywick Harrowdean Inverlee Kestrelton Larkstead
    Millbrae Northolme Oakenshaw Pellworth Quarrydale Ravensby Saltmere Thornbeck Underhill Velmouth Westergate
    Yarrowfield Ambleton Birchcombe Coldstream Drayholm Elmsley Foxcote Glenrush Hollowell Ironbridge
""")
SURNAMES = _words("""
    Abara Bjornsen Castellano Dimitrov Eriksen Farouk Grantham Haddad Ionescu Jankowski Kowalczyk Lindqvist Mbeki
    Novotny Okafor Petrenko Quigley Rasmussen Santoro Tanaka Umarov Vandermeer Whitlock Xu Yilmaz Zelenko Ashworth
    Bellamy Carver Donnelly Engström Fitzroy
""")
BODIES = _words("""
    council ministry university hospital harbour-board police union museum airport parliament tribunal orchestra
    laboratory cooperative shipyard observatory archive refinery brewery academy commission inspectorate syndicate
    chamber foundation conservatory diocese aquarium waterworks tramway
""")
THINGS = _words("""
    bridge reservoir budget ferry turbine vaccine orchard cathedral tunnel archive stadium satellite vineyard
    glacier library pipeline festival telescope quarry lighthouse theatre nursery railway wetland bakery foundry
    barrage greenhouse viaduct monument hostel embankment windmill cemetery planetarium
""")
VERBS = _words("""
    approved delayed inspected rejected restored auctioned surveyed abandoned doubled insured repainted dismantled
    defended postponed unveiled flooded reopened nationalised audited extended rebuilt cancelled leased fortified
    mapped donated
""")
QUALITIES = _words("""
    narrow costly century-old disputed remote crowded modest rusting celebrated half-finished fragile profitable
    forgotten windswept listed contaminated popular tidal experimental overgrown municipal draughty gilded
    makeshift towering sunken
""")
REASONS = _words("""
    drought theft inflation fog erosion subsidence petitions overtime mildew tourism lawsuits frost vibration
    pollen noise shortages vandalism lightning strikes salt ambition silt rumours pests generosity neglect leaks
    crosswinds
""")
DAYS = _words("""
    Monday Tuesday Wednesday Thursday Friday Saturday Sunday
""")
SHAPES = (
    "{place}'s {body} {verb} a {quality} {thing} on {day}, citing {reason} and {reason2}.",
    "Engineer {name} counted {n} cracks beneath the {quality} {thing} near {place}.",
    "Only {n} residents opposed it; {name}, a retired {body} clerk, blamed {reason}.",
    "Costs rose to {n} million crowns after {reason} reached {place} last {day}.",
    "Neighbouring {place} has {verb} its own {thing}, though {quality} by most accounts.",
    '"Nobody foresaw {reason}," said {name}, whose family {verb} a {thing} there {n} years ago.',
    "Inspectors from the {body} arrive {day} with {n} crates of instruments and a {quality} {thing}.",
    "A {quality} report, {n} pages long, links {reason} to {reason2} around {place}.",
    "Opposition speaker {name} would rather see the {thing} {verb} before {reason} returns.",
    "Meanwhile {n} volunteers, led by {name}, {verb} another {thing} outside {place}.",
    "By {day} evening {place} had {verb} {n} permits despite {reason}.",
    "Historians at the {body} trace each {quality} {thing} to {name}, born in {place}.",
)
HEADLINES = (
    "{place} {body} {verb} {quality} {thing}",
    "{name}: {reason} threatens {quality} {thing} in {place}",
    "{n} jobs at {place} {thing} hang on {reason}",
    "How {reason} {verb} the {thing} of {place}",
    "{quality} {thing} for {place} after {n} days of {reason}",
)


@dataclass(frozen=True)
class Story:
    """One invented piece: a headline and some eighty words."""

    headline: str
    body: str
    byline: str


def story(seed: object, words: int = 80) -> Story:
    """Return the story that `seed` names, its body `words` words long or a sentence longer."""
    dice = random.Random(str(seed))
    headline = _fill(dice.choice(HEADLINES), dice)
    sentences: list[str] = []
    shapes: list[str] = []
    while sum(len(sentence.split()) for sentence in sentences) < words:
        shapes = shapes or dice.sample(SHAPES, len(SHAPES))
        sentences.append(_fill(shapes.pop(), dice))
    return Story(
        headline[0].upper() + headline[1:], " ".join(sentences), f"{dice.choice(SURNAMES)} {dice.choice(SURNAMES)}"
    )


def _fill(shape: str, dice: random.Random) -> str:
    reason, reason2 = dice.sample(REASONS, 2)
    return shape.format(
        place=dice.choice(PLACES),
        name=f"{dice.choice(SURNAMES[::2])} {dice.choice(SURNAMES[1::2])}",
        body=dice.choice(BODIES),
        thing=dice.choice(THINGS),
        verb=dice.choice(VERBS),
        quality=dice.choice(QUALITIES),
        day=dice.choice(DAYS),
        n=dice.randint(3, 9999),
        reason=reason,
        reason2=reason2,
    )

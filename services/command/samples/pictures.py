"""Pure: small drawings that stand in for the sample titles' photographs, the same for a name each time."""

import random
from collections.abc import Callable

WIDTH = 640  # pixels
HEIGHT = 400

# sky above, sky below, sun, far, middle, near
PALETTES = (
    ("#f6d6b8", "#fbefdf", "#e2725b", "#8fa3ad", "#5c7380", "#33464f"),
    ("#bcd7e8", "#eef5f6", "#f2b84b", "#93b5a8", "#5f8c7d", "#2f5a50"),
    ("#d9cfe3", "#f5eef2", "#e58f65", "#a497b8", "#6f648c", "#41395c"),
    ("#c9d8c5", "#f2f4e6", "#e0a84f", "#9db48b", "#6d8a5d", "#3d5738"),
    ("#cfd6dc", "#f1f2ee", "#d9895b", "#a3abb2", "#6b757e", "#3b444c"),
)
GRASS = ("#6f9a62", "#5c8753")  # whatever the weather
Colours = tuple[str, str, str, str, str, str]


def draw(name: str, scene: str) -> str:
    """Return the SVG of the picture `name`: one of `SCENES`, in colours and proportions that the name decides."""
    chance = random.Random(name)
    colours = chance.choice(PALETTES)
    sky = (
        f'<linearGradient id="s" x1="0" y1="0" x2="0" y2="1"><stop offset="0" stop-color="{colours[0]}"/>'
        f'<stop offset="1" stop-color="{colours[1]}"/></linearGradient>'
    )
    x, y, radius = chance.randint(90, 550), chance.randint(70, 140), chance.randint(24, 42)
    sun = f'<circle cx="{x}" cy="{y}" r="{radius}" fill="{colours[2]}"/>'
    ground = f'<rect width="{WIDTH}" height="{HEIGHT}" fill="url(#s)"/>'
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{HEIGHT}" viewBox="0 0 {WIDTH} {HEIGHT}">'
        f"<defs>{sky}</defs>{ground}{sun}{SCENES[scene](chance, colours)}</svg>\n"
    )


def _hills(chance: random.Random, colours: Colours) -> str:
    return "".join(
        _ridge(chance, height, swing, colour)
        for height, swing, colour in zip((220, 275, 330), (70, 45, 25), colours[3:], strict=True)
    )


def _ridge(chance: random.Random, height: int, swing: int, colour: str) -> str:
    tops = [height + chance.randint(-swing, swing) for _ in range(5)]
    curve = " ".join(f"S{x - 80},{y} {x},{y}" for x, y in zip(range(160, 641, 160), tops[1:], strict=True))
    return f'<path d="M0,{tops[0]} {curve} V{HEIGHT} H0 Z" fill="{colour}"/>'


def _town(chance: random.Random, colours: Colours) -> str:
    parts, x = [_ridge(chance, 240, 40, colours[3])], -10
    while x < WIDTH:
        wide, high = chance.randint(54, 96), chance.randint(90, 190)
        parts.append(_house(chance, colours, x, wide, high))
        x += wide + chance.choice((0, 0, 10))
    return "".join(parts) + f'<rect y="340" width="{WIDTH}" height="60" fill="{colours[5]}"/>'


def _house(chance: random.Random, colours: Colours, x: int, wide: int, high: int) -> str:
    top, wall = 340 - high, chance.choice(colours[3:5])
    roof = f'<path d="M{x - 4},{top} L{x + wide // 2},{top - 34} L{x + wide + 4},{top} Z" fill="{colours[5]}"/>'
    panes = "".join(
        f'<rect x="{px}" y="{py}" width="12" height="16" fill="{colours[1]}" opacity="{shine}"/>'
        for shine in (chance.choice((0.9, 0.6)),)
        for px in range(x + 10, x + wide - 16, 22)
        for py in range(top + 16, 312, 32)
    )
    return f'<rect x="{x}" y="{top}" width="{wide}" height="{high}" fill="{wall}"/>{roof}{panes}'


def _water(chance: random.Random, colours: Colours) -> str:
    sea = f'<rect y="230" width="{WIDTH}" height="170" fill="{colours[4]}"/>'
    lines = "".join(
        f'<path d="M{x},{y} q20,-8 40,0 t40,0" stroke="{colours[1]}" stroke-width="2" fill="none" opacity="0.5"/>'
        for y in range(250, 390, 22)
        for x in (chance.randint(0, 180), chance.randint(220, 380), chance.randint(420, 560))
    )
    return _ridge(chance, 210, 18, colours[3]) + sea + lines + _boat(chance.randint(160, 420), colours)


def _boat(x: int, colours: Colours) -> str:
    hull = f'<path d="M{x},285 h110 l-18,30 h-76 Z" fill="{colours[5]}"/>'
    main = f'<path d="M{x + 50},276 V180 l52,96 Z" fill="{colours[1]}"/>'
    return f'{hull}{main}<path d="M{x + 44},276 V200 l-36,76 Z" fill="{colours[2]}"/>'


def _flood(chance: random.Random, colours: Colours) -> str:
    water = f'<rect y="296" width="{WIDTH}" height="104" fill="{colours[4]}" opacity="0.92"/>'
    lines = "".join(
        f'<rect x="{x}" y="{y}" width="{wide}" height="3" rx="1" fill="{colours[1]}" opacity="0.6"/>'
        for y in range(308, 396, 8)
        for x, wide in ((chance.randint(0, 540), chance.randint(40, 110)),)
    )
    return _town(chance, colours) + water + lines


def _rail(chance: random.Random, colours: Colours) -> str:
    land = _hills(chance, colours)
    track = f'<path d="M250,400 L312,262 h16 L390,400 Z" fill="{colours[1]}" opacity="0.35"/>'
    sleepers = "".join(
        f'<rect x="{320 - half}" y="{y}" width="{2 * half}" height="{thick}" fill="{colours[1]}"/>'
        for y, half, thick in ((280, 18, 3), (300, 28, 4), (326, 41, 6), (360, 58, 8))
    )
    rails = f'<path d="M260,400 L315,262 M380,400 L325,262" stroke="{colours[2]}" stroke-width="5"/>'
    return land + track + sleepers + rails


def _pitch(chance: random.Random, colours: Colours) -> str:
    stand = f'<rect y="170" width="{WIDTH}" height="70" fill="{colours[4]}"/>'
    crowd = "".join(
        f'<circle cx="{x}" cy="{y}" r="5" fill="{chance.choice(colours[:4])}"/>'
        for y in range(182, 236, 14)
        for x in range(8, 640, 15)
    )
    grass = "".join(
        f'<path d="M{x},240 h64 L{int(x * 1.5 - 112)},400 h-96 Z" fill="{GRASS[at % 2]}"/>'
        for at, x in enumerate(range(-64, 705, 64))
    )
    lines = f'<path d="M0,300 H640 M320,240 V400" stroke="{colours[1]}" stroke-width="4"/>'
    ring = f'<ellipse cx="320" cy="300" rx="90" ry="34" fill="none" stroke="{colours[1]}" stroke-width="4"/>'
    return stand + crowd + f'<rect y="240" width="{WIDTH}" height="160" fill="{GRASS[0]}"/>' + grass + lines + ring


def _hall(chance: random.Random, colours: Colours) -> str:
    steps = "".join(
        f'<rect x="{x}" y="{330 + 18 * at}" width="{WIDTH - 2 * x}" height="18" fill="{colours[3 + at % 2]}"/>'
        for at, x in enumerate((60, 46, 32, 18))
    )
    columns = "".join(
        f'<rect x="{x}" y="180" width="34" height="150" fill="{colours[1]}"/>' for x in range(92, 540, 84)
    )
    pediment = f'<path d="M50,150 L320,{chance.randint(58, 84)} L590,150 Z" fill="{colours[5]}"/>'
    wall = f'<rect x="74" y="150" width="492" height="180" fill="{colours[4]}"/>'
    return wall + columns + f'<rect x="50" y="150" width="540" height="30" fill="{colours[3]}"/>' + pediment + steps


def _trees(chance: random.Random, colours: Colours) -> str:
    crowns = ""
    for x in sorted(chance.sample(range(20, 620, 14), 12)):
        tall, green = chance.randint(70, 140), chance.choice(colours[4:])
        crowns += (
            f'<rect x="{x - 4}" y="{350 - tall // 2}" width="8" height="{tall // 2}" fill="{colours[5]}"/>'
            f'<ellipse cx="{x}" cy="{350 - tall}" rx="{tall // 3}" ry="{tall // 2}" fill="{green}" opacity="0.95"/>'
        )
    return (
        _ridge(chance, 230, 50, colours[3])
        + crowns
        + f'<rect y="345" width="{WIDTH}" height="55" fill="{colours[3]}"/>'
    )


SCENES: dict[str, Callable[[random.Random, Colours], str]] = {
    "flood": _flood,
    "hall": _hall,
    "hills": _hills,
    "pitch": _pitch,
    "rail": _rail,
    "town": _town,
    "trees": _trees,
    "water": _water,
}

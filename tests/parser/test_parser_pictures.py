"""Pictures on a page: found wherever they stand, told apart from the frame's, with their own caption and credit."""

import pytest

from services.parser.fields.images import read_images, split_caption, with_signs
from services.parser.formats.pages.article import tree_of
from services.parser.formats.pages.pictures import read_figures
from services.parser.item import Attached
from shared.schema import Image

BASE = "https://harbour.example/news/mole"
PARAGRAPH = "<p>" + "The mole was raised by a metre, and the ferries sail again in every wind but one. " * 3 + "</p>"


def figures(article: str, *, around: str = "") -> list[Image]:
    page = f"<html><body>{around}<article><h1>The mole</h1>{article}{PARAGRAPH * 3}</article></body></html>"
    return read_figures(tree_of(page), BASE)


@pytest.mark.parametrize(
    "markup",
    [
        "<figure><img src='/mole.jpg'><figcaption>The mole <small>Ines Falk</small></figcaption></figure>",
        "<figure><img src='/mole.jpg'><figcaption>The mole <cite>Ines Falk</cite></figcaption></figure>",
        "<div><figure><img src='/mole.jpg'><span>View 3 pictures</span></figure>"
        "<figcaption>The mole <span class='credit'>Ines Falk</span></figcaption></div>",
        "<div class='pic'><p class='withoutCaption'><img src='/mole.jpg'></p>"
        "<span class='newsCaption'>The mole <i class='source'>Ines Falk</i></span></div>",
        "<div><div><span class='visually-hidden'>Image</span><img src='/mole.jpg'></div>"
        "<span class='legend'>The mole (Photo: Ines Falk)</span></div>",
        "<figure itemtype='http://schema.org/ImageObject'><meta itemprop='description' content='The mole'>"
        "<meta itemprop='author' content='Ines Falk'><amp-img src='/mole.jpg' layout='fill'></amp-img></figure>",
        "<p><img src='/mole.jpg'></p><figcaption>The mole. Photo: Ines Falk</figcaption>",
        "<figure><div style='background: url(\"/mole.jpg\") center'></div>"
        "<figcaption>The mole. Photo: Ines Falk</figcaption></figure>",
        "<div class='pic'><div role='img' style='background-image:url(/mole.jpg)'></div>"
        "<div class='caption'>The mole (Photo: Ines Falk)</div></div>",
    ],
)
def test_a_caption_and_a_credit_are_found_wherever_a_publisher_puts_them(markup: str) -> None:
    (image,) = read_images((), figures(markup), BASE)
    assert (image.url, image.caption, image.credit) == ("https://harbour.example/mole.jpg", "The mole", "Ines Falk")


@pytest.mark.parametrize(
    "markup",
    [
        "<img src='data:image/gif;base64,R0' data-lazyimage-src='/mole.jpg'>",
        "<img src='/img/placeholder.png' data-lazy-src='/mole.jpg'>",
        "<site-image src='/mole.jpg'></site-image>",
        "<picture><source srcset='/mole-small.jpg 300w, /mole.jpg 1200w'><img src='/lazyload-fallback.gif'></picture>",
        "<picture><source data-srcset='/mole.jpg'><source data-srcset='/x.jpg'><img alt=''></picture>",
        "<img src='/mole.jpg' width='16' height='9'>",
    ],
)
def test_a_picture_is_found_however_it_loads(markup: str) -> None:
    assert [image.url for image in figures(f"<figure>{markup}</figure>")] == ["https://harbour.example/mole.jpg"]


@pytest.mark.parametrize(
    "markup",
    [
        "<a href='/other'><img src='/other.jpg'><span>The bridge that nobody crosses any more</span></a>",
        "<div class='card'><img src='/other.jpg'><h3><a href='/other'>The bridge</a></h3></div>",
        "<div class='author-box'><img src='/ada.jpg'>Ada Byron</div>",
        "<aside class='newsletter'><figure><img src='/offer.jpg'></figure></aside>",
        "<img src='/icons/play.png'>", "<img src='/logo-small.jpg'>", "<img src='/pixel.gif' width='1' height='1'>",
        "<img src='/undefined'>", "<img src='/stores/app-store.png'>",
    ],
)  # fmt: skip
def test_what_belongs_to_the_frame_is_no_picture_of_the_article(markup: str) -> None:
    assert figures(markup) == []


def test_a_wall_around_the_whole_text_hides_no_picture() -> None:
    page = f"<body><div class='paywall'><article>{PARAGRAPH * 4}<figure><img src='/mole.jpg'></figure></article></div>"
    assert [one.url for one in read_figures(tree_of(page), BASE)] == ["https://harbour.example/mole.jpg"]


def test_a_title_is_a_caption_only_where_it_is_a_sentence() -> None:
    sentence = "The mole stands a metre higher since the storm of 1987"
    assert figures(f"<img src='/a.jpg' title='{sentence}'>")[0].caption == sentence
    assert figures("<img src='/a.jpg' title='mole-2025-final'>")[0].caption is None


def test_crops_of_one_picture_are_one_picture_at_the_address_that_is_shown() -> None:
    attached = [
        Attached(f"https://harbour.example/242244962_{size}.jpg", "image") for size in ("v1_1", "v4_3", "v16_9")
    ]
    shown = Image(url="https://harbour.example/242244962_v16_9_600.jpg", caption="The mole")
    assert [(one.url, one.caption) for one in read_images(attached, (shown,), BASE)] == [(shown.url, "The mole")]


def test_pictures_that_share_their_articles_number_stay_apart() -> None:
    shown = [Image(url=f"https://harbour.example/3700095_{name}.jpg") for name in ("d992e9ec", "38e147bb", "84c40468")]
    assert len(read_images((), shown, BASE)) == 3


@pytest.mark.parametrize(
    ("line", "caption", "credit"),
    [
        ("A bridge in Kyiv (REUTERS)", "A bridge in Kyiv", "REUTERS"),
        ("A bridge. Photo: AP", "A bridge", "AP"),
        ("A bridge | Niall Carson/PA Images via Getty Images", "A bridge", "Niall Carson/PA Images via Getty Images"),
        ("A bridge © C. Falk / Harbour Pictures", "A bridge", "C. Falk / Harbour Pictures"),
        ("A bridge in Kyiv (built in 1911)", "A bridge in Kyiv (built in 1911)", None),
        ("Dusk | dawn", "Dusk | dawn", None),
    ],
)
def test_a_credit_at_the_end_of_a_caption_is_told_apart(line: str, caption: str, credit: str | None) -> None:
    assert split_caption(line) == (caption, credit)


@pytest.mark.parametrize(
    "written",
    [
        "(Ines Falk)", "[Ines Falk]", "(Photo: Ines Falk)", "Image credit: Ines Falk", "Photo by Ines Falk",
        "Foto: Ines Falk", "Fotó: Ines Falk", "Fotoğraf : Ines Falk", "Bild: © Ines Falk", "Источник: Ines Falk",
        "Courtesy of Ines Falk", "写真：Ines Falk", "© Ines Falk",
    ],
)  # fmt: skip
def test_a_credit_is_kept_without_the_words_and_the_brackets_around_it(written: str) -> None:
    figure = f"<figure><img src='/mole.jpg'><figcaption>The mole <b class='credit'>{written}</b></figcaption></figure>"
    (image,) = read_images((), figures(figure), BASE)
    assert (image.caption, image.credit) == ("The mole", "Ines Falk")


def test_what_a_caption_tells_of_pictures_is_no_credit() -> None:
    text = "All in sight: pictures by cameras in the polling stations"
    assert split_caption(text) == (text, None)


@pytest.mark.parametrize(
    ("shown", "attached"),
    [
        ("/images/size/w320/2025/03/pier.jpg", "/images/2025/03/pier.jpg"),
        ("/b/s320/pier.jpg", "/b/s1600/pier.jpg"),
        ("/resize/800x/pier.jpg", "/resize/1200x800/pier.jpg"),
        ("/cdn/width=320,quality=75/i/pier.jpg", "/cdn/width=960,quality=75/i/pier.jpg"),
    ],
)
def test_one_picture_in_two_sizes_is_there_once(shown: str, attached: str) -> None:
    site = "https://harbour.example"
    images = read_images((Attached(site + attached, "image"),), (Image(url=site + shown, caption="The pier"),), None)
    assert [image.caption for image in images] == ["The pier"]


def test_pictures_of_two_months_are_two() -> None:
    urls = [f"https://harbour.example/images/2025/{month}/pier.jpg" for month in ("03", "04")]
    assert len(read_images((), [Image(url=url) for url in urls], None)) == 2


def test_text_parted_by_line_breaks_is_no_caption() -> None:
    text = "The mole was raised by a metre.<br><br>The ferries sail again.<br><br>Nobody was hurt."
    assert figures(f"<div><img src='/mole.jpg'><br>{text}</div>")[0].caption is None


@pytest.mark.parametrize(
    ("written", "caption", "credit"),
    [
        ("The mole at dusk. REUTERS/Ines Falk", "The mole at dusk", "REUTERS/Ines Falk"),
        ("The mole at dusk. Ines Falk/Getty Images", "The mole at dusk", "Ines Falk/Getty Images"),
        ("The mole at dusk. INES FALK / AFP", "The mole at dusk", "INES FALK / AFP"),
        ("The mole at dusk | Ines Falk/PA Images via Getty Images", "The mole at dusk",
         "Ines Falk/PA Images via Getty Images"),
        ("FILE PHOTO: The mole. REUTERS/Ines Falk/File Photo", "FILE PHOTO: The mole", "REUTERS/Ines Falk/File Photo"),
        ("The mole at dusk. Crédit photo : Ines Falk", "The mole at dusk", "Ines Falk"),
        ("The mole at dusk. Handout via Reuters", "The mole at dusk", "Handout via Reuters"),
        ("Die Mole am Abend. Bildquelle: Ines Falk", "Die Mole am Abend", "Ines Falk"),
        ("Molo o zmierzchu. Fot. Ines Falk/PAP", "Molo o zmierzchu", "Ines Falk/PAP"),
        ("防波堤=2026年1月5日、山田花子撮影", "防波堤=2026年1月5日", "山田花子"),
        ("图为防波堤。新华社记者 王小明 摄", "图为防波堤", "新华社记者 王小明"),
        ("El espigón. (EFE)", "El espigón", "EFE"),
        ("退潮时的码头。（图：李明）", "退潮时的码头。", "李明"),
        ("Ines Falk / Getty Images", None, "Ines Falk / Getty Images"),
        ("Getty Images", None, "Getty Images"),
        ("The captain spoke. He told Reuters.", "The captain spoke. He told Reuters.", None),
    ],
)  # fmt: skip
def test_a_credit_ends_a_caption_in_the_forms_that_agencies_use(
    written: str, caption: str | None, credit: str | None
) -> None:
    assert split_caption(written) == (caption, credit)


@pytest.mark.parametrize(
    "markup",
    [
        "<div class='image'><img src='/mole.jpg'><div class='caption'>The mole <em>(Ines Falk)</em></div></div>",
        "<div data-caption='The mole (Photo: Ines Falk)'><img src='/mole.jpg'></div>",
    ],
)
def test_a_credit_in_brackets_and_a_caption_in_an_attribute_are_read(markup: str) -> None:
    (image,) = read_images((), figures(markup), BASE)
    assert (image.caption, image.credit) == ("The mole", "Ines Falk")


@pytest.mark.parametrize(
    ("caption", "told"),
    [
        ("The mole at night (Harbour Wire)", ("The mole at night", "Harbour Wire")),
        ("The mole at night (HARBOUR WIRE).", ("The mole at night", "HARBOUR WIRE")),
        ("The mole (northern end)", ("The mole (northern end)", None)),
    ],
)
def test_a_bracket_that_the_article_is_signed_with_is_a_credit(caption: str, told: tuple[str, str | None]) -> None:
    (image,) = with_signs((Image(url="https://paper.example/mole.jpg", caption=caption),), ("Harbour Wire", None))
    assert (image.caption, image.credit) == told


def test_a_paragraph_that_a_picture_ends_is_text_and_not_its_caption() -> None:
    said = "The council voted on Monday night, after a debate that lasted until the last ferry had left the harbour."
    (image,) = figures(f"<p>{said}<a href='/mole.jpg'><img src='/mole.jpg'></a></p>")
    assert image.caption is None
    (image,) = figures(f"<p><img src='/mole.jpg'><br>{said}</p>")
    assert image.caption == said


def test_a_background_that_is_not_said_to_be_a_picture_is_decoration() -> None:
    assert figures("<div style='background-image:url(/paper.jpg)'><p>Text</p></div>") == []
    assert (
        figures("<div role='img' aria-label='The mole' style='background:url(/mole.jpg)'></div>")[0].alt == "The mole"
    )

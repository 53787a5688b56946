"""Clean HTML read without a tree: the same text as a tree's, pictures with their captions."""

from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import html as lxml_html

from services.parser.fields.html import clean_html
from services.parser.fields.paragraphs import read_body

BASE = "https://harbour.example/"
PIECES = st.lists(
    st.sampled_from(
        [
            "<p>", "</p>", "<div>", "</div>", "<ul><li>", "</ul>", "<b>", "</b>", "<br>", "<hr>", "words ",
            "5 &lt; 6 &amp;amp; ", "ü", "<blockquote>", "&nbsp;", "\n\n",
            "<table><tr><td>", "</table>", "<pre>a\n\nb", "</pre>", "<figure>", "</figure>",
            "<figcaption>", "</figcaption>",
            "<img src='/a.jpg' alt='x > y \"'>", "<a href='/b?c=1&d=2'>", "</a>",
        ]
    ),
    max_size=16,
)  # fmt: skip


@settings(max_examples=300)
@given(PIECES)
def test_the_paragraphs_are_the_text_that_a_tree_holds_outside_figures(pieces: list[str]) -> None:
    cleaned = clean_html("".join(pieces), BASE)
    root = lxml_html.fromstring(f"<div>{cleaned}</div>")
    for element in list(root.iter("figure", "figcaption")):
        if element.getparent() is not None:
            element.drop_tree()
    assert "".join("".join(read_body(cleaned).paragraphs).split()) == "".join(root.text_content().split())


@settings(max_examples=300)
@given(PIECES)
def test_all_pictures_of_a_tree_are_found_in_its_order(pieces: list[str]) -> None:
    cleaned = clean_html("".join(pieces), BASE)
    root = lxml_html.fromstring(f"<div>{cleaned}</div>")
    found = [(image.url, image.alt) for image in read_body(cleaned).images]
    assert found == [(one.get("src"), one.get("alt")) for one in root.iter("img")]


def test_each_picture_has_the_first_caption_of_its_own_figure() -> None:
    html = (
        "<figure><img src='/a.jpg'><figcaption>The <b>mole</b></figcaption><figcaption>Again</figcaption></figure>"
        "<img src='/b.jpg'><figure><img src='/c.jpg'></figure>"
    )
    images = read_body(clean_html(html, BASE)).images
    assert [(image.url[-5:], image.caption) for image in images] == [
        ("a.jpg", "The mole"), ("b.jpg", None), ("c.jpg", None),
    ]  # fmt: skip


def test_a_picture_of_a_few_pixels_is_none() -> None:
    assert read_body(clean_html("<img src='/a.gif' width='1' height='1'>", BASE)).images == ()


def test_words_are_counted_as_they_are_parted() -> None:
    assert read_body("<p>Two words</p><p>and three more</p><p>東京の港湾</p>").words == 2 + 3 + 1 + 2

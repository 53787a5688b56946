"""Languages: declared in many spellings, or told from the text as py3langid tells them, in less memory."""

import pytest
from py3langid.langid import MODEL_FILE, LanguageIdentifier

from services.parser.document import read_document
from services.parser.fields.language import declared_language, detected_language, direction, shown_language
from services.parser.fields.languagemodel import LanguageModel
from shared.messages import Kind
from tests.parser.documents import document, item, rss

TEXTS = [
    "The harbour board will raise the mole by a metre before the autumn storms come in.",
    "Der Hafenrat lässt die Mole vor den Herbststürmen um einen Meter erhöhen.",
    "Le conseil du port fera rehausser le môle d'un mètre avant les tempêtes d'automne.",
    "El consejo del puerto elevará el muelle un metro antes de las tormentas de otoño.",
    "Совет порта поднимет мол на один метр до осенних штормов.",
    "سيرفع مجلس الميناء الرصيف مترا واحدا قبل عواصف الخريف.",
    "港湾委員会は秋の嵐の前に防波堤を一メートル高くする予定です。",
    "Hamnstyrelsen höjer piren med en meter före höststormarna i år.",
    "LIMAN KURULU SONBAHAR FIRTINALARINDAN ÖNCE İSKELEYİ BİR METRE YÜKSELTECEK",
]


@pytest.fixture(scope="module")
def model() -> LanguageModel:
    return LanguageModel()


def test_the_small_model_says_what_the_large_one_says(model: LanguageModel) -> None:
    large = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    for text in TEXTS:
        for part in (text, text[:20], text[20:50]):
            (mine, share), (theirs, probability) = model.classify(part), large.classify(part)
            assert share == pytest.approx(probability, abs=0.02)
            assert mine == theirs or share < 0.5


def test_the_model_takes_a_quarter_of_the_memory(model: LanguageModel) -> None:
    tree, likelihoods = model._tree, model._likelihoods
    held = len(tree.letters) + 4 * sum(map(len, (tree.children, tree.shorter, tree.groups))) + likelihoods.steps.nbytes
    assert held < 74 * 2**20 / 4


def test_a_text_without_a_known_letter_is_in_no_language(model: LanguageModel) -> None:
    assert model.classify("")[1] < 0.1
    assert detected_language("1234567890 " * 10) is None


@pytest.mark.parametrize(("text", "language"), list(zip(TEXTS[:4], ["en", "de", "fr", "es"], strict=True)))
def test_a_sentence_shows_its_language(text: str, language: str) -> None:
    assert detected_language(text) == language


def test_a_text_that_begins_like_another_language_is_read_further() -> None:
    assert detected_language("Le Monde, Corriere, El País: " + TEXTS[0] * 4) == "en"


def test_a_few_words_show_none() -> None:
    assert detected_language("Ferry sails") is None


@pytest.mark.parametrize(
    ("written", "tag"), [("EN_us", "en-US"), ("zh-hant-tw", "zh-Hant-TW"), ("und", None), ("", None)]
)
def test_a_declared_language_is_spelt_as_bcp_47_has_it(written: str, tag: str | None) -> None:
    assert declared_language(written) == tag


def test_arabic_runs_to_the_left() -> None:
    assert (direction("ar", ""), direction(None, TEXTS[5]), direction(None, TEXTS[0]), direction(None, "1")) == (
        "rtl", "rtl", "ltr", None,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("text", "served", "language", "shown_by"),
    [
        (TEXTS[1], "de-AT", "de-AT", "http content-language"),
        ("Mole erhöht", "de", "de", "http content-language"),
        (TEXTS[1], "en", "de", "text"),
        (TEXTS[1], "de, en", "de", "text"),
        ("Mole erhöht", None, None, "text"),
    ],
)
def test_a_served_language_counts_unless_the_text_is_in_another(
    text: str, served: str | None, language: str | None, shown_by: str
) -> None:
    assert shown_language(text, served) == (language, shown_by)


def test_a_feed_that_declares_no_language_is_in_the_one_it_was_served_in() -> None:
    message = document(language="de-AT")
    (entry,) = read_document(message, rss(item(1, title="Mole erhöht", description="")), 10).entries
    assert (entry.content.language, entry.content.provenance["language"]) == ("de-AT", "http content-language")
    declared = rss(item(1), head="<language>sv</language>")
    assert read_document(message, declared, 10).entries[0].content.language == "sv"


@pytest.mark.parametrize(
    ("head", "language", "named_by"),
    [
        ("", "de-AT", "page http content-language"),
        ("<meta http-equiv='Content-Language' content='de-CH'>", "de-CH", "page meta content-language"),
    ],
)
def test_a_page_without_a_language_is_in_the_one_it_was_served_in(head: str, language: str, named_by: str) -> None:
    text = "".join(f"<p>{TEXTS[1]} Das sagte der Hafenmeister am {day}.</p>" for day in ("Montag", "Dienstag"))
    page = f"<html><head><title>Mole</title>{head}</head><body><article><h1>Mole</h1>{text * 4}</article></body></html>"
    (entry,) = read_document(document(kind=Kind.PAGE, language="de-AT"), page.encode(), 1).entries
    assert (entry.content.language, entry.content.provenance["language"]) == (language, named_by)

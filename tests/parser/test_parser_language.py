"""Languages: declared in many spellings, or told from the text as py3langid tells them, in less memory."""

import pytest
from py3langid.langid import MODEL_FILE, LanguageIdentifier

from services.parser.fields.language import declared_language, detected_language, direction
from services.parser.fields.languagemodel import LanguageModel

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

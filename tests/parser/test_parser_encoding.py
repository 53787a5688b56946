"""Bytes that say nothing of their encoding, or the wrong thing: told by their letters, or by a label's meaning."""

import pytest

from services.parser.formats.encoding import decode

TEXTS = {
    "cp1251": "Паром до острова снова ходит каждый день, сообщила администрация порта. Мост закрыт до весны.",
    "koi8_r": "Паром до острова снова ходит каждый день, сообщила администрация порта. Мост закрыт до весны.",
    "cp1253": "Το πλοίο για το νησί εκτελεί και πάλι καθημερινά δρομολόγια, ανακοίνωσε η διοίκηση του λιμανιού.",
    "cp1255": "המעבורת אל האי שבה לפעול מדי יום, הודיעה ביום שני הנהלת הנמל. הגשר יישאר סגור עד האביב.",
    "gb18030": "港务局星期一宣布，前往该岛的渡轮恢复每日班次。大桥将继续关闭到春天，届时维修工程可望完成。",
    "euc_jp": "港湾局は月曜日、島へのフェリーが毎日運航を再開すると発表した。橋は春まで閉鎖されたままとなる。",
    "cp932": "港湾局は月曜日、島へのフェリーが毎日運航を再開すると発表した。橋は春まで閉鎖されたままとなる。",
    "cp949": "항만청은 월요일 섬으로 가는 여객선이 매일 운항을 재개한다고 밝혔다. 다리는 봄까지 폐쇄된다.",
}


def feed(words: str, declaration: str = "") -> str:
    item = f"<item><title>{words}</title><link>https://harbour.example/7</link></item>"
    return f"{declaration}<rss><channel>{item}</channel></rss>"


@pytest.mark.parametrize("name", TEXTS)
@pytest.mark.parametrize(
    "declaration",
    ["", '<?xml version="1.0" encoding="utf-8"?>', '<?xml version="1.0" encoding="iso-8859-1"?>'],
)
def test_other_letters_than_latin_ones_tell_their_encoding(name: str, declaration: str) -> None:
    text = feed(TEXTS[name], declaration)
    assert decode(text.encode(name)) == text


@pytest.mark.parametrize("declaration", ["", '<?xml version="1.0" encoding="utf-8"?>'])
def test_western_letters_are_read_as_such(declaration: str) -> None:
    text = feed("Übergrößen für Mädchen, à l’été, garçon, mañana", declaration)
    assert decode(text.encode("cp1252")) == text


def test_a_few_signs_tell_no_encoding() -> None:
    assert decode("<rss><channel><title>€ “é”</title></channel></rss>".encode("cp1252")).count("€") == 1


def test_a_few_wrong_bytes_make_no_other_encoding_of_utf_8() -> None:
    good, bad = feed(TEXTS["cp1251"]).encode(), "«Цитата»".encode("cp1251")
    assert TEXTS["cp1251"] in decode(good + bad)


def test_a_declaration_of_other_letters_is_believed() -> None:
    text = feed(TEXTS["cp1251"], '<?xml version="1.0" encoding="koi8-r"?>')
    assert decode(text.encode("koi8_r")) == text


def test_a_mainframes_bytes_are_read_by_their_declaration() -> None:
    text = feed("Über", '<?xml version="1.0" encoding="ibm500"?>')
    assert decode(text.encode("cp500")) == text


@pytest.mark.parametrize(
    ("label", "name"),
    [("x-sjis", "cp932"), ("windows-874", "cp874"), ("x-mac-roman", "mac_roman"), ("ISO-8859-8-I", "iso8859_8")],
)
def test_labels_mean_what_they_mean_to_browsers(label: str, name: str) -> None:
    words = {"cp932": "島へのフェリー", "cp874": "เรือ", "mac_roman": "Über", "iso8859_8": "גשר"}[name]
    text = feed(words, f'<?xml version="1.0" encoding="{label}"?>')
    assert decode(text.encode(name)) == text

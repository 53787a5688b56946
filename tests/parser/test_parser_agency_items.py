"""Agency items: who signs them, and that none is readable before its time."""

import json

import pytest

from shared.schema import Content
from tests.parser.documents import entries_of

URL = "https://agency.example/items/7"
TEXT = "<p>The mole was raised by a metre, and the ferries sail again in every wind but one.</p>"


def only(text: str) -> Content:
    (entry,) = entries_of(text.encode(), URL, None)
    return entry.content


def nitf(docdata: str = "<docdata/>", head: str = "", pubdata: str = "") -> Content:
    return only(
        f"<nitf><head>{docdata}{pubdata}</head><body><body.head><hedline><hl1>Mole holds</hl1></hedline>{head}"
        f"</body.head><body.content>{TEXT}</body.content></body></nitf>"
    )


@pytest.mark.parametrize(
    ("docdata", "status", "until"),
    [
        ('<docdata management-status="embargoed"/>', "withheld", None),
        (
            '<docdata management-status="embargoed"><date.issue norm="20990304T201500Z"/>'
            '<date.release norm="20990304T201500Z"/></docdata>',
            "usable",
            "2099-03-04T20:15:00+00:00",
        ),
        ('<docdata management-status="embargoed"><date.release norm="soon"/></docdata>', "withheld", None),
        ('<docdata management-status="canceled"/>', "cancelled", None),
    ],
)
def test_a_nitf_item_that_is_embargoed_is_never_readable_before(docdata: str, status: str, until: str | None) -> None:
    content = nitf(docdata)
    moment = content.embargoed_until.isoformat() if content.embargoed_until else None
    assert (content.status, moment) == (status, until)


def test_a_nitf_byline_names_its_people_in_elements_and_stays_as_written() -> None:
    content = nitf(
        head="<byline>By <person>Ada Byron</person> <byttl>Coast Correspondent</byttl></byline>",
        pubdata='<pubdata type="print" position.section="Coast"/>',
    )
    assert [author.name for author in content.authors] == ["Ada Byron"]
    assert content.byline == "By Ada Byron Coast Correspondent"
    assert content.section == "Coast"


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        ('qcode="stat:canceled"', "cancelled"),
        ('uri="http://cv.iptc.org/newscodes/pubstatusg2/canceled"', "cancelled"),
        ('uri="http://cv.iptc.org/newscodes/pubstatusg2/withheld"', "withheld"),
        ('qcode="stat:usable"', "usable"),
    ],
)
def test_a_g2_status_is_read_by_its_code_or_its_address(status: str, expected: str) -> None:
    item = (
        '<newsItem xmlns="http://iptc.org/std/nar/2006-10-01/" guid="urn:x:1" version="1"><itemMeta>'
        f"<versionCreated>2025-03-04T20:15:00Z</versionCreated><pubStatus {status}/></itemMeta><contentMeta>"
        "<headline>Mole holds</headline></contentMeta><contentSet><inlineXML><html "
        f'xmlns="http://www.w3.org/1999/xhtml"><body>{TEXT}</body></html></inlineXML></contentSet></newsItem>'
    )
    assert only(item).status == expected


def test_the_words_of_an_associated_picture_are_its_caption() -> None:
    picture = {
        "type": "picture",
        "body_text": "The mole at dusk",
        "byline": "Max Frisch",
        "renditions": {"main": {"href": "https://agency.example/mole.jpg", "width": 800, "height": 600}},
    }
    item = {"uri": "urn:x:1", "type": "text", "body_html": TEXT, "associations": {"featuremedia": picture}}
    (image,) = only(json.dumps(item)).images
    assert (image.caption, image.credit) == ("The mole at dusk", "Max Frisch")

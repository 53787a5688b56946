"""A page's text by the rules of the feed that lists it: what holds it, and what does not belong to it. Pure."""

from lxml import etree, html

from services.parser.fields.html import Body, clean_body
from services.parser.formats.selecting import Scope, spare
from shared.rules import Rules, quoted
from shared.schema import Content


def take_out(root: html.HtmlElement, rules: Rules) -> None:
    """Remove what does not belong to any text, as far as it is there.

    :raises Malformed: the page nests too much for XPath.
    """
    spare(root, (rules.body, *rules.drop))
    for rule in rules.drop:
        for element in Scope(root).all(rule):
            if isinstance(element, html.HtmlElement) and element.getparent() is not None:
                element.drop_tree()


def body_of(root: html.HtmlElement, rules: Rules, base: str) -> Body | None:
    """Return the text in the elements that the rule for it meets, None where they hold none.

    :raises Malformed: it breaks a limit.
    """
    found = [one for one in Scope(root).all(rules.body) if not isinstance(one, str)] if rules.body else []
    met = set(found)
    outermost = [one for one in found if met.isdisjoint(one.iterancestors())]
    written = (etree.tostring(one, encoding="unicode", method="html", with_tail=False) for one in outermost)
    body = clean_body("".join(written), base) if found else None
    return body if body and body.paragraphs else None


def origin(rules: Rules, *, met: bool) -> dict[str, str]:
    """Return, as provenance, where the text came from; nothing where no rule was given for it."""
    if rules.body is None:
        return {}
    return {"body_text": f"page rule {rules.body}" if met else f"page text, as {_nothing(rules.body)}"}


def unmet(rules: Rules | None, content: Content) -> str | None:
    """Return in words that the rule for the text of a page met nothing, None where it did or there is none."""
    told = content.provenance.get("body_text", "")
    return _nothing(rules.body) if rules and rules.body and told.endswith(_nothing(rules.body)) else None


def _nothing(rule: str) -> str:
    return f"the rule for the body, {quoted(rule)}, meets nothing"

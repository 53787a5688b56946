"""What a rule meets within an element: CSS selectors, and XPath where it begins with `/`, `./` or `(`. Pure.

CSS is matched in Python, an element at a time (cssselect2): in time that grows with the page, and within the limit of
CPU that a document has. XPath is libxml2's, which no limit can stop once it is at work; so what nests so much that it
would take long is not given to it.
"""

from collections.abc import Callable, Iterable, Iterator
from functools import cached_property, lru_cache
from itertools import islice
from typing import Any

from lxml import etree, html

from shared.errors import Malformed, UsageError

Met = etree._Element | str
_PATHS = ("/", "./", "(")
# libxml2 looks at each element that it meets twice for whether it has it: elements by how deep they stand, times their
# number. A page of 30,000 elements, each 20 deep, is 1.8e10, and takes some 20 s where `//div//div` meets all of it.
MOST_NESTED = 2e10


def is_path(rule: str) -> bool:
    """Return whether a rule is XPath."""
    return rule.startswith(_PATHS)


def check(rule: str, *, within: bool = False) -> None:
    """Take a rule that can be looked for: in a page, or `within` an item.

    :raises UsageError: it is no selector.
    """
    if not is_path(rule):
        _compiled(rule)
        return
    if within and rule.startswith("/"):
        raise UsageError(f"{rule!r} would look over the whole page: within an item, XPath begins with ./ instead.")
    try:
        _path(rule)(html.Element("html"))
    except etree.XPathError as error:
        raise UsageError(f"{rule!r} is no XPath: {str(error)[:100]}.") from None


class Scope:
    """An element that rules look within, itself included, and nothing around it."""

    def __init__(self, element: etree._Element) -> None:
        self.element = element

    def all(self, rule: str, most: int | None = None) -> list[Met]:
        """Return what `rule` meets, `most` at most, in the document's order.

        :raises Malformed: it cannot be looked for in such a page.
        """
        try:
            return list(islice(self._path(rule) if is_path(rule) else self._css(rule), most))
        except RecursionError:
            raise Malformed(f"The page has too many neighbouring elements for the rule {rule!r}.") from None

    def first(self, *rules: str) -> Met | None:
        """Return what the first of `rules` that meets anything meets first."""
        return next((found[0] for rule in rules if (found := self.all(rule, 1))), None)

    def _css(self, rule: str) -> Iterator[Met]:
        tests = _compiled(rule)
        return (one.etree_element for one in self._wrapped if any(test(one) for test in tests))

    def _path(self, rule: str) -> Iterator[Met]:
        found: Any = _path(rule)(self.element)
        if not isinstance(found, list):
            found = [found] if isinstance(found, str) else [f"{found:g}"] if isinstance(found, float) else []
        return (one for one in found if isinstance(one, str) or isinstance(getattr(one, "tag", None), str))

    @cached_property
    def _wrapped(self) -> list[Any]:
        from cssselect2 import ElementWrapper  # where feeds have rules, and not in every parser's memory

        of_html = isinstance(self.element, html.HtmlElement)
        wrap = ElementWrapper.from_html_root if of_html else ElementWrapper.from_xml_root
        return list(wrap(self.element).iter_subtree())


def spare(root: etree._Element, rules: Iterable[str | None]) -> None:
    """Take a page on which the XPath among `rules` can be looked for in reasonable time.

    :raises Malformed: it nests too much.
    """
    if not any(rule and is_path(rule) for rule in rules):
        return
    elements = depths = depth = 0
    for event, _ in etree.iterwalk(root, events=("start", "end")):
        depth += 1 if event == "start" else -1
        if event == "start":
            elements, depths = elements + 1, depths + depth
    if elements * depths > MOST_NESTED:
        raise Malformed(f"The page nests its {elements} elements too deep for XPath: give its rules as CSS selectors.")


@lru_cache(maxsize=1024)
def _compiled(rule: str) -> list[Callable[[Any], bool]]:
    from cssselect2 import SelectorError, compile_selector_list

    try:
        selectors = compile_selector_list(rule)
    except SelectorError as error:
        raise UsageError(f"{rule!r} is no selector: {_complaint(error)}.") from None
    if any(one.pseudo_element or one.never_matches for one in selectors):
        raise UsageError(f"{rule!r} meets no element of any page; for an attribute write XPath, such as ./a/@title.")
    return [one.test for one in selectors]


def _complaint(error: Exception) -> str:
    return str(error.args[-1] if error.args else error).rstrip(".")[:100]


@lru_cache(maxsize=1024)
def _path(rule: str) -> etree.XPath:
    try:
        return etree.XPath(rule, smart_strings=False)
    except etree.XPathSyntaxError as error:
        raise UsageError(f"{rule!r} is no XPath: {str(error)[:100].rstrip('.')}.") from None

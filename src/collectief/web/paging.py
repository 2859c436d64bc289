"""Numbers in an address, read with care, and the pager under a list."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.http import QueryDict

# A number in an address is a page, a size or an id: none has more digits than the table's ids.
_LONGEST = 18


def whole_number(text: str | None) -> int | None:
    """The whole number somebody put in an address or form; None for anything else.

    Only the digits 0-9 count: `str.isdigit` also takes "²", which `int` does not.
    """
    if not text or not text.isascii() or not text.isdigit() or len(text) > _LONGEST:
        return None
    return int(text)


def page_number(text: str | None) -> int:
    """The page an address asks for, from 1 to a million; 1 when it asks for none."""
    return min(max(1, whole_number(text) or 1), 1_000_000)


def last_page(total: int, size: int) -> int:
    """The last page of `total` rows; an empty list has one page too."""
    return max(1, -(-total // size))


def found_page[Row](number: int, size: int, find: Callable[[int], tuple[list[Row], int]]) -> tuple[list[Row], int, int]:
    """The rows of a page, how many rows there are in all, and which page it is: the last one for a number beyond it."""
    rows, total = find(number)
    if not rows and number > 1:
        number = last_page(total, size)
        rows, total = find(number)
    return rows, total, number


def link(query: QueryDict, **changes: Any) -> str:
    """The present address with something else in it; None leaves a part out."""
    given = {name: value for name, value in query.items() if value and name not in changes}
    given |= {name: value for name, value in changes.items() if value is not None}
    return "?" + urlencode(given)


@dataclass(frozen=True, slots=True)
class Page:
    """One step of the pager."""

    number: int
    url: str
    current: bool


@dataclass(frozen=True, slots=True)
class Pages:
    """The pager of a list: pages near the current one, and the neighbours."""

    items: list[Page]
    previous: str
    next: str

    @property
    def several(self) -> bool:
        return bool(self.previous or self.next)


def pages(query: QueryDict, number: int, last: int, *, ends: bool = True) -> Pages:
    """The pager at page `number` of `last`; `ends`: that one is surely the last, and so worth a link."""
    near = {1, *range(max(1, number - 2), min(last, number + 2) + 1)} | ({last} if ends else set())

    def url(page: int) -> str:
        return link(query, pagina=page, open=None)

    return Pages(
        [Page(page, url(page), page == number) for page in sorted(near)],
        url(number - 1) if number > 1 else "",
        url(number + 1) if number < last else "",
    )

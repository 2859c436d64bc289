"""Rows of a file by column: as they are read, put away and judged, thousands at a time; plain Python.

A column is one list, so that what is done to all of its cells is done by one call, and most rows need no other.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from operator import itemgetter

from msgspec import Struct


class Problem(Struct, frozen=True, array_like=True):
    """What is wrong with a cell: its column ("" for the whole row), a code and what to say with it."""

    column: str
    code: str
    params: Mapping[str, str] = {}


class Row(Struct, frozen=True):
    """One row: the spreadsheet's own row number, action, values and cells by column, what is wrong with it.

    `cells` are the text that was typed, `values` what they came to; neither has what was left empty. `person` is the
    blind index, in hexadecimals, of whom the row is about; empty when it names nobody we know.
    """

    number: int
    action: str
    values: dict[str, str]
    cells: dict[str, str]
    problems: list[Problem] = []
    person: str = ""


class Rows(Struct):
    """Some rows, in the order of the file; the places of the lists and the keys of `problems` are the same.

    `values` and `texts` are by the keys of the template's columns, "" where a row has nothing; a column in which no
    row has anything can be left out. A column stands in `texts` only where what was typed differs from its value.
    """

    numbers: list[int] = []
    actions: list[str] = []
    values: dict[str, list[str]] = {}
    texts: dict[str, list[str]] = {}
    problems: dict[int, list[Problem]] = {}
    people: list[str] = []

    def __post_init__(self) -> None:
        """Raises ValueError when a list has another length than the rows, or a problem no row."""
        whole = len(self.numbers)
        columns = (self.actions, *self.values.values(), *self.texts.values(), self.people or self.actions)
        if any(len(column) != whole for column in columns) or any(not 0 <= place < whole for place in self.problems):
            raise ValueError("the columns are not of the same rows")

    def __len__(self) -> int:
        return len(self.numbers)

    def __iter__(self) -> Iterator[Row]:
        return map(self.row, range(len(self)))

    def row(self, place: int) -> Row:
        """The row at a place."""
        values = {key: text for key, column in self.values.items() if (text := column[place])}
        cells = {key: text for key, column in (self.values | self.texts).items() if (text := column[place])}
        problems, person = self.problems.get(place, []), self.people[place] if self.people else ""
        return Row(self.numbers[place], self.actions[place], values, cells, problems, person)

    def column(self, key: str) -> Sequence[str]:
        """The values of a column, empty ones too."""
        return self.values.get(key) or [""] * len(self)

    def without(self, key: str, among: Sequence[int]) -> Sequence[int]:
        """The places, of those given, at which a column has no value."""
        column = self.values.get(key)
        if column is None:
            return among
        return [place for place in among if not column[place]] if "" in column else ()

    def sound(self) -> list[int]:
        """The places of the rows with nothing wrong."""
        return [place for place in range(len(self)) if place not in self.problems]

    def is_wrong(self, place: int, key: str) -> bool:
        """Whether something is wrong with that cell already."""
        return any(problem.column == key for problem in self.problems.get(place, ()))

    def object(self, place: int, problem: Problem) -> None:
        """Something is wrong with the row at a place."""
        self.problems.setdefault(place, []).append(problem)

    def set(self, place: int, key: str, value: str) -> None:
        """Another value for a cell; what was typed stays what it was."""
        if (before := self.values.get(key)) is None:
            before = self.values[key] = [""] * len(self)
        if key not in self.texts:
            self.texts[key] = before.copy()
        before[place] = value

    def pick(self, places: Sequence[int]) -> Rows:
        """The rows at these places, in their order."""
        return Rows(
            _at(places, self.numbers),
            _at(places, self.actions),
            {key: _at(places, column) for key, column in self.values.items()},
            {key: _at(places, column) for key, column in self.texts.items()},
            {new: self.problems[old] for new, old in enumerate(places) if old in self.problems}
            if self.problems
            else {},
            _at(places, self.people) if self.people else [],
        )

    def extend(self, more: Rows) -> None:
        """Put rows behind these."""
        before = len(self)
        # A text that is its value on one side may differ on the other: then both have it.
        for key in {*self.texts, *more.texts}:
            self.texts.setdefault(key, list(self.column(key)))
            self.texts[key].extend(more.texts.get(key) or more.column(key))
        for key in {*self.values, *more.values}:
            self.values.setdefault(key, [""] * before).extend(more.column(key))
        self.numbers.extend(more.numbers)
        self.actions.extend(more.actions)
        self.people.extend(more.people)
        self.problems.update((before + place, found) for place, found in more.problems.items())


def _at[T](places: Sequence[int], column: list[T]) -> list[T]:
    # One call for all: twice as fast as one by one.
    return list(itemgetter(*places)(column)) if len(places) > 1 else [column[place] for place in places]

"""What an operator says at the command line and the database keeps: a name, a reason."""

from __future__ import annotations

import click


class Said(click.ParamType[str]):
    """A text that is there, and no longer than its place in the tables: a name of 120 characters by default."""

    name = "text"

    def __init__(self, most: int = 120) -> None:
        self._most = most

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """See click; ends the command with exit code 2 and says what is wrong."""
        text = value.strip()
        if not text:
            self.fail("it is empty.", param, ctx)
        if len(text) > self._most:
            self.fail(f"it has {len(text)} characters, and {self._most} is the most.", param, ctx)
        return text


NAME = Said()
REASON = Said(500)

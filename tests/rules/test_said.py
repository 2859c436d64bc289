"""What an operator says and the database keeps: a name is there, and nothing is longer than its place (X09)."""

from __future__ import annotations

from collections.abc import Iterator

import click
import pytest
from click.testing import CliRunner

from collectief.config.command import main
from collectief.config.said import NAME, REASON, Said

KEPT = {"--by", "--agreed-by", "--spoken-with", "--reason", "--note"}


def _options(command: click.Command, path: str = "collectief") -> Iterator[tuple[str, click.Option]]:
    for option in command.params:
        if isinstance(option, click.Option):
            yield f"{path} {option.opts[0]}", option
    if isinstance(command, click.Group):
        for name, below in command.commands.items():
            yield from _options(below, f"{path} {name}")


def test_every_name_and_reason_that_is_kept_is_looked_at():
    found = {path: option.type for path, option in _options(main) if option.opts[0] in KEPT}
    # An upload is by an account: its address is looked up.
    assert not isinstance(found.pop("collectief upload --by"), Said)
    assert len(found) >= 14 and all(isinstance(kind, Said) for kind in found.values()), found


@pytest.mark.parametrize(
    ("option", "text", "said"),
    [
        ("--by", "", "it is empty"), ("--by", " \t", "it is empty"),
        ("--by", "S" * 121, "it has 121 characters, and 120"),
        ("--reason", "  ", "it is empty"), ("--reason", "x" * 501, "it has 501 characters, and 500"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("command", ["applications", "requests"])
def test_what_cannot_be_kept_is_refused_before_anything_is_done(command, option, text, said):
    options = {"--insurer": "zorg-en-zekerheid", "--by": "Sanne", "--reason": "Dubbel", option: text}
    arguments = [command, "refuse", "1", *(one for pair in options.items() for one in pair)]
    refused = CliRunner().invoke(main, arguments)
    assert (refused.exit_code, said in refused.output) == (2, True), refused.output


def test_what_can_is_taken_without_the_space_around_it():
    assert NAME.convert(f" {'S' * 120}\n", None, None) == "S" * 120
    assert REASON.convert("x" * 500, None, None) == "x" * 500

"""Every address of the portal, from its own URLs: one that nobody thought of is walked too."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache

from django.urls import URLPattern, URLResolver, get_resolver

from collectief.segments.profile import Capability, Permission


@dataclass(frozen=True)
class Address:
    """An address with ids filled in, and the name it has in the code."""

    name: str
    path: str
    # Whether an id stands in it.
    about: bool
    # What its view asks for; None for what is public.
    permission: Permission | None
    # What its view asks of the segment too, if anything.
    capability: Capability | None


def _patterns(resolver: URLResolver, prefix: str = "/") -> Iterator[tuple[str, URLPattern]]:
    for pattern in resolver.url_patterns:
        route = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from _patterns(pattern, route)
        elif isinstance(pattern, URLPattern):
            yield route, pattern


@cache
def _routes() -> tuple[tuple[str, URLPattern], ...]:
    return tuple(_patterns(get_resolver()))


# Everything that stands in an address to say which one.
IDS = (
    "participant_id", "participation_id", "mutation_id", "batch_id", "membership_id", "case_id",
    "account_id", "reset_id", "mandate_id", "received_id", "link_id", "product_id", "contract_id",
    "message_id", "news_id", "document_id", "consignment_id", "run_id", "import_id", "s1_id",
    "organisation_id", "group_contract_id", "export_plan_id", "export_id", "manager_id",
)  # fmt: skip
# What is nobody's invitation.
NO_TOKEN = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="
# What nobody is filling in.
NO_DRAFT = "AAAAAAAAAAAA"


def addresses(ids: Mapping[str, int]) -> list[Address]:
    """Every address, with these ids in it; a parameter nobody mapped is an error."""
    today = date.today()
    fixed = {
        "<str:token>": NO_TOKEN, "<str:draft>": NO_DRAFT, "<int:number>": "0", "<day:day>": str(today),
        "<int:year>": str(today.year),
    }  # fmt: skip
    found = []
    for route, pattern in _routes():
        path, parameters = route, list(pattern.pattern.converters)
        for parameter, text in ({f"<int:{one}>": str(ids.get(one, "")) for one in parameters} | fixed).items():
            path = path.replace(parameter, text)
        assert "<" not in path, (
            f"no id known for {route}: name its parameter in `IDS`, and give it a number in `_ids` of test_matrix.py"
            " and in the fixture `anna` of test_isolation.py"
        )
        view = pattern.callback
        asked = getattr(view, "permission", None), getattr(view, "capability", None)
        found.append(Address(str(pattern.name), path, any(one in IDS for one in parameters), *asked))
    return found

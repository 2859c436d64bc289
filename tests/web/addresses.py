"""Every address of the portal, from its own URLs: one that nobody thought of is walked too."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from django.urls import URLPattern, URLResolver, get_resolver, resolve

from collectief.segments.profile import Capability, Permission


@dataclass(frozen=True)
class Address:
    """An address with ids filled in, and the name it has in the code."""

    name: str
    path: str
    # Whether an id stands in it.
    about: bool

    @property
    def permission(self) -> Permission | None:
        """What its view asks for; None for what is public."""
        return getattr(resolve(self.path).func, "permission", None)

    @property
    def capability(self) -> Capability | None:
        """What its view asks of the segment too, if anything."""
        return getattr(resolve(self.path).func, "capability", None)


def _patterns(resolver: URLResolver, prefix: str = "/") -> Iterator[tuple[str, str, list[str]]]:
    for pattern in resolver.url_patterns:
        route = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from _patterns(pattern, route)
        elif isinstance(pattern, URLPattern):
            yield str(pattern.name), route, list(pattern.pattern.converters)


# Everything that stands in an address to say which one.
IDS = (
    "participant_id", "participation_id", "mutation_id", "batch_id", "membership_id", "case_id",
    "account_id", "reset_id", "mandate_id", "received_id", "link_id", "product_id", "contract_id",
    "message_id", "news_id", "document_id", "consignment_id", "run_id", "import_id", "s1_id",
    "organisation_id", "group_contract_id",
)  # fmt: skip
# What is nobody's invitation.
NO_TOKEN = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="
# What nobody is filling in.
NO_DRAFT = "AAAAAAAAAAAA"


def addresses(ids: Mapping[str, int]) -> list[Address]:
    """Every address, with these ids in it; a parameter nobody mapped is an error."""
    found = []
    for name, route, parameters in _patterns(get_resolver()):
        path = route
        for parameter in parameters:
            path = (
                path.replace("<str:token>", NO_TOKEN)
                .replace("<str:draft>", NO_DRAFT)
                .replace("<int:number>", "0")
                .replace("<day:day>", str(date.today()))
                .replace("<int:year>", str(date.today().year))
                .replace(f"<int:{parameter}>", str(ids.get(parameter, "")))
            )
        assert "<" not in path, f"no id known for {route}"
        found.append(Address(name, path, any(parameter in IDS for parameter in parameters)))
    return found

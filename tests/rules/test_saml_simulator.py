"""Signing in by SAML with the simulator: real signatures, real encryption, artifact by GET and by POST (U01)."""

from __future__ import annotations

import base64
import html
import json
import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from lxml import etree

from collectief.foundation.assurance import AssuranceLevel
from collectief.gateways.eherkenning.port import Identity, SignInRefused
from collectief.gateways.eherkenning.saml.client import SamlBroker
from collectief.gateways.eherkenning.saml.connection import read_broker
from collectief.gateways.eherkenning.simulator import application
from collectief.gateways.loopback import running
from tests.rules.test_gateways_eherkenning import visit, visit_json
from tests.saml_world import ANNA, BAS, EH2_PLUS, EH3, RETURN, Clock, Memory, connection, issuer, query_of

pytestmark = pytest.mark.feature("U01")


@dataclass
class Desk:
    address: str
    clock: Clock
    client: SamlBroker
    keep: dict[str, str] | None = None

    def comes_back(self, *, person: int = 0, level: str = "eH3", action: str = "sign_in") -> tuple[int, str, str]:
        """What a person does at the broker: status, page and where it leads."""
        begun = self.client.begin(return_url=RETURN, minimum=EH2_PLUS)
        self.keep = begun.keep
        status, page, _ = visit(begun.url)
        assert status == 200, page
        pending = re.search(r'name="request" value="([^"]+)"', page)
        assert pending
        form = {"request": html.unescape(pending[1]), "person": str(person), "level": level, "action": action}
        return visit(self.address + "/saml/sign-in", form)

    def complete(self, location: str, minimum: AssuranceLevel = EH2_PLUS) -> Identity:
        return self.client.complete(return_url=RETURN, answer=query_of(location), keep=self.keep or {}, minimum=minimum)


@pytest.fixture
def desk() -> Iterator[Desk]:
    clock = Clock()

    def made(address: str):
        return application([ANNA, BAS], issuer=address, clock=clock, saml=issuer(connection(address)))

    with running(made) as address:
        yield Desk(address, clock, SamlBroker(connection(address), Memory(), clock=clock))


@pytest.mark.parametrize(("person", "who"), [(0, ANNA), (1, BAS)])
def test_who_signs_in_is_who_comes_back(desk, person, who):
    _, _, location = desk.comes_back(person=person)
    assert location.startswith(RETURN + "?")
    found = desk.complete(location)
    assert found == Identity(who.kvk, who.acting_subject, EH3, who.company_name, branch=who.branch)


def test_a_company_without_kvk_number_is_known_by_its_rsin(desk):
    visit_json(desk.address + "/_simulator/behaviour", {"fail": "rsin_only"})
    _, _, location = desk.comes_back()
    found = desk.complete(location)
    assert (found.kvk, found.rsin) == ("", ANNA.rsin)


def test_the_artifact_may_come_in_a_form(desk):
    visit_json(desk.address + "/_simulator/behaviour", {"fail": "artifact_by_post"})
    _, page, _ = desk.comes_back()
    assert f'action="{RETURN}"' in page
    fields = dict(re.findall(r'name="(\w+)" value="([^"]+)"', page))
    answer = {name: html.unescape(value) for name, value in fields.items()}
    found = desk.client.complete(return_url=RETURN, answer=answer, keep=desk.keep, minimum=EH2_PLUS)
    assert found.kvk == ANNA.kvk


@pytest.mark.parametrize(
    ("fault", "code"),
    [("request_unsupported", "request_unsupported"), ("unknown_principal", "unknown_principal"),
     ("503", "unavailable"), ("reset", "unavailable"),
     ("garbage", "invalid_response")],
)  # fmt: skip
def test_whatever_goes_wrong_at_the_broker_has_its_code(desk, fault, code):
    visit_json(desk.address + "/_simulator/behaviour", {"fail": fault})
    _, _, location = desk.comes_back()
    with pytest.raises(SignInRefused) as refused:
        desk.complete(location)
    assert refused.value.code == code


def test_who_cancels_is_told_so(desk):
    _, _, location = desk.comes_back(action="cancel")
    with pytest.raises(SignInRefused) as refused:
        desk.complete(location)
    assert refused.value.code == "cancelled"


def test_the_level_is_checked_and_not_only_asked_for(desk):
    _, _, location = desk.comes_back(level="eH2")
    with pytest.raises(SignInRefused) as refused:
        desk.complete(location)
    assert (refused.value.code, refused.value.params) == ("level_too_low", {"level": "eH2", "minimum": "eH2+"})


def test_an_artifact_that_waited_too_long_is_expired(desk):
    _, _, location = desk.comes_back()
    desk.clock.ahead += 61
    with pytest.raises(SignInRefused) as refused:
        desk.complete(location)
    assert refused.value.code == "expired"


def test_a_question_that_was_altered_gets_no_page(desk):
    url = desk.client.begin(return_url=RETURN, minimum=EH2_PLUS).url
    assert visit(url)[0] == 200
    assert visit(url.replace("RelayState=", "RelayState=x"))[0] == 400


def test_its_metadata_say_how_to_reach_it(desk):
    _, document, _ = visit(desk.address + "/saml/metadata")
    found = read_broker(document.encode())
    assert found == connection(desk.address).broker
    assert json.loads(visit(desk.address + "/_simulator/received")[1])["counts"] == {}


def test_a_question_asks_that_somebody_signs_in_anew(desk):
    """A session at the broker lets nobody in: ours and theirs know nothing of each other (docs/sessions.md)."""
    asked = base64.b64decode(query_of(desk.client.begin(return_url=RETURN, minimum=EH2_PLUS).url)["SAMLRequest"])
    assert etree.fromstring(zlib.decompress(asked, -15)).get("ForceAuthn") == "true"

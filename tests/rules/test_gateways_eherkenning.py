"""Signing in through the broker: who is let in, and everything that is not believed (U01, U02)."""

from __future__ import annotations

import base64
import html
import json
import os
import re
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest

from collectief.foundation.assurance import AssuranceLevel
from collectief.gateways.addresses import on_this_machine
from collectief.gateways.eherkenning.oidc import OidcBroker
from collectief.gateways.eherkenning.port import Begun, Identity, SignInRefused
from collectief.gateways.eherkenning.simulator import application, read_people
from collectief.gateways.eherkenning.tokens import FLAWS, Person
from collectief.gateways.loopback import NotInProduction, running
from collectief.gateways.openid.client import LONGEST_SIGN_IN, challenge
from collectief.gateways.openid.provider import CODE_LIFETIME, may_return_to
from tests.ports import kept_port

pytestmark = [pytest.mark.feature("U01"), pytest.mark.feature("U02")]

RETURN = "http://mijnzz.localhost:8000/inloggen/terug"
ANNA = Person("anna-1", "Anna <de> Vries", "12345678", "Uitzendbureau De Brug B.V.", rsin="900000016")
BAS = Person("bas-1", "Bas Bakker", "87654321", "Werk & Zo", "000012345678")
EH2, EH2_PLUS, EH3, EH4 = AssuranceLevel


@dataclass
class Clock:
    ahead: float = 0.0

    def __call__(self) -> float:
        return time.time() + self.ahead


class NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *args: Any) -> None:
        return None


BROWSER = urllib.request.build_opener(NoRedirect)


def visit(url: str, form: dict[str, str] | None = None) -> tuple[int, str, str]:
    """Status, body and where it leads."""
    try:
        response = BROWSER.open(url, urlencode(form).encode() if form else None)
    except urllib.error.HTTPError as error:
        response = error
    with response:
        return response.status, response.read().decode(), response.headers.get("Location", "")


@dataclass
class Stage:
    address: str
    clock: Clock
    broker: OidcBroker

    def behave(self, **wish: Any) -> None:
        visit_json(self.address + "/_simulator/behaviour", wish)

    def come_back(
        self, begun: Begun, *, person: int = 0, level: str = "eH3", action: str = "sign_in"
    ) -> dict[str, str]:
        """What a person does at the broker, and the answer the browser brings."""
        status, page, _ = visit(begun.url)
        assert status == 200, page
        pending = re.search(r'name="request" value="([^"]+)"', page)
        assert pending
        form = {"request": html.unescape(pending[1]), "person": str(person), "level": level, "action": action}
        status, _, location = visit(self.address + "/authorize", form)
        assert status == 303
        assert location.startswith(RETURN + "?")
        return {key: values[0] for key, values in parse_qs(urlsplit(location).query).items()}

    def begin(self, minimum: AssuranceLevel = EH2_PLUS) -> Begun:
        return self.broker.begin(return_url=RETURN, minimum=minimum)

    def complete(self, begun: Begun, answer: dict[str, str], minimum: AssuranceLevel = EH2_PLUS) -> Identity:
        return self.broker.complete(return_url=RETURN, answer=answer, keep=begun.keep, minimum=minimum)

    def refused(self, begun: Begun, answer: dict[str, str], minimum: AssuranceLevel = EH2_PLUS) -> SignInRefused:
        with pytest.raises(SignInRefused) as refused:
            self.complete(begun, answer, minimum)
        return refused.value


def visit_json(url: str, body: Any) -> None:
    urllib.request.urlopen(urllib.request.Request(url, json.dumps(body).encode(), method="POST"))


@pytest.fixture(scope="module")
def running_simulator() -> Iterator[tuple[str, Clock]]:
    clock = Clock()
    with running(lambda address: application([ANNA, BAS], issuer=address, clock=clock)) as address:
        yield address, clock


@pytest.fixture
def stage(running_simulator: tuple[str, Clock]) -> Iterator[Stage]:
    address, clock = running_simulator
    clock.ahead = 0.0
    ours = Clock()
    stage = Stage(address, clock, OidcBroker(address, "collectief", "demo-secret", timeout=1, clock=ours))
    stage.behave()
    yield stage
    stage.behave()


def test_who_signs_in_is_known(stage: Stage) -> None:
    begun = stage.begin()
    assert stage.complete(begun, stage.come_back(begun)) == Identity(
        "12345678", "anna-1", EH3, "Uitzendbureau De Brug B.V.", "Anna <de> Vries"
    )
    begun = stage.begin()
    identity = stage.complete(begun, stage.come_back(begun, person=1, level="eH4"))
    assert (identity.branch, identity.level, identity.company_name) == ("000012345678", EH4, "Werk & Zo")


@pytest.mark.parametrize(
    ("subject", "known"), [("x" * 200, True), ("x" * 201, False), ("an\0na", False), ("anna\n", False)]
)
def test_a_pseudonym_that_has_no_place_with_us_is_not_believed(subject: str, known: bool) -> None:
    person = Person(subject, "Anna", "12345678", "W" * 300)
    with running(lambda address: application([person], issuer=address, clock=time.time)) as address:
        stage = Stage(address, Clock(), OidcBroker(address, "collectief", "demo-secret", timeout=1))
        begun = stage.begin()
        answer = stage.come_back(begun)
        if known:
            identity = stage.complete(begun, answer)
            assert (identity.acting_subject, identity.company_name) == (subject, "W" * 200)
        else:
            assert stage.refused(begun, answer).code == "invalid_response"


def test_a_company_without_kvk_number_is_known_by_its_rsin(stage: Stage) -> None:
    begun = stage.begin()
    answer = stage.come_back(begun)
    stage.behave(fail="rsin_only", for_requests=1)
    identity = stage.complete(begun, answer)
    assert (identity.kvk, identity.rsin) == ("", "900000016")


@pytest.mark.parametrize(
    ("kvk", "rsin", "own"),
    [
        ("12345678", "900000016", True),
        ("12345678", "", True),
        ("87654321", "900000016", False),
    ],
)
def test_the_kvk_number_once_given_is_what_counts(kvk: str, rsin: str, own: bool) -> None:
    assert Identity("12345678", "a", EH3, "", rsin="900000016").is_of(kvk=kvk, rsin=rsin) is own


@pytest.mark.parametrize(("rsin", "own"), [("900000016", True), ("900000028", False), ("", False)])
def test_without_one_the_rsin_counts_and_none_is_nobodys(rsin: str, own: bool) -> None:
    assert Identity("", "a", EH3, "", rsin="900000016").is_of(kvk="", rsin=rsin) is own
    assert not Identity("", "a", EH3, "").is_of(kvk="", rsin="")


def test_the_request_asks_for_the_level_and_gives_no_secret_away(stage: Stage) -> None:
    begun = stage.begin(EH3)
    query = {key: values[0] for key, values in parse_qs(urlsplit(begun.url).query).items()}
    assert query["acr_values"] == EH3.urn
    assert query["prompt"] == "login", "a session at the broker lets nobody in"
    assert query["code_challenge"] == challenge(begun.keep["verifier"])
    assert begun.keep["verifier"] not in begun.url
    assert "demo-secret" not in begun.url
    assert json.loads(json.dumps(begun.keep)) == begun.keep, "it must fit in a session"
    assert stage.begin(EH3).keep["state"] != begun.keep["state"]


@pytest.mark.parametrize(
    ("level", "minimum", "enough"),
    [
        ("eH2", EH2_PLUS, False),
        ("eH2+", EH2_PLUS, True),
        ("eH3", EH2_PLUS, True),
        ("eH2+", EH3, False),
        ("eH3", EH4, False),
    ],
)
def test_the_level_is_checked_not_only_asked_for(
    stage: Stage, level: str, minimum: AssuranceLevel, enough: bool
) -> None:
    begun = stage.begin(minimum)
    answer = stage.come_back(begun, level=level)
    if enough:
        assert stage.complete(begun, answer, minimum).level.label == level
    else:
        refused = stage.refused(begun, answer, minimum)
        assert (refused.code, refused.params) == ("level_too_low", {"level": level, "minimum": minimum.label})


def test_who_cancels_is_told_so(stage: Stage) -> None:
    begun = stage.begin()
    answer = stage.come_back(begun, action="cancel")
    assert stage.refused(begun, answer).code == "cancelled"


def test_a_code_counts_once(stage: Stage) -> None:
    begun = stage.begin()
    answer = stage.come_back(begun)
    assert stage.complete(begun, answer)
    assert stage.refused(begun, answer).code == "expired"


def test_a_code_expires(stage: Stage) -> None:
    begun = stage.begin()
    answer = stage.come_back(begun)
    stage.clock.ahead = CODE_LIFETIME + 1
    assert stage.refused(begun, answer).code == "expired"


def test_a_sign_in_that_took_too_long_has_expired(stage: Stage) -> None:
    begun = stage.begin()
    answer = stage.come_back(begun)
    begun.keep["begun"] = str(int(time.time()) - LONGEST_SIGN_IN - 1)
    assert stage.refused(begun, answer).code == "expired"


@pytest.mark.parametrize("flaw", FLAWS)
def test_a_token_with_a_flaw_is_not_believed(stage: Stage, flaw: str) -> None:
    begun = stage.begin()
    answer = stage.come_back(begun)
    stage.behave(fail=flaw, for_requests=1)
    assert stage.refused(begun, answer).code == ("expired" if flaw == "expired_token" else "invalid_response")


@pytest.mark.parametrize("fault", ["503", "timeout", "reset", "garbage"])
def test_a_broker_that_does_not_answer_is_unavailable(stage: Stage, fault: str) -> None:
    begun = stage.begin()
    answer = stage.come_back(begun)
    stage.behave(fail=fault, for_requests=1)
    assert stage.refused(begun, answer).code == "unavailable"


def test_no_broker_at_all() -> None:
    with pytest.raises(SignInRefused) as refused:
        OidcBroker("http://127.0.0.1:9", "c", "s", timeout=1).begin(return_url=RETURN, minimum=EH3)
    assert refused.value.code == "unavailable"


@pytest.mark.parametrize(
    "change",
    [{"state": "another"}, {"state": ""}, {"iss": "https://another.example"}, {"code": ""}],
)
def test_an_answer_to_another_question_is_not_believed(stage: Stage, change: dict[str, str]) -> None:
    begun = stage.begin()
    answer = stage.come_back(begun) | change
    assert stage.refused(begun, answer).code == "invalid_response"


def test_an_error_is_believed_only_with_our_state(stage: Stage) -> None:
    begun = stage.begin()
    state = begun.keep["state"]
    assert stage.refused(begun, {"error": "access_denied"}).code == "invalid_response"
    assert stage.refused(begun, {"error": "access_denied", "state": state}).code == "cancelled"
    assert stage.refused(begun, {"error": "server_error", "state": state}).code == "unknown_error"


def test_without_what_was_kept_nothing_is_believed(stage: Stage) -> None:
    begun = stage.begin()
    answer = stage.come_back(begun)
    assert stage.refused(Begun(begun.url, {}), answer).code == "expired"


def test_an_answer_stolen_for_another_session_is_not_believed(stage: Stage) -> None:
    victim, thief = stage.begin(), stage.begin()
    stolen = stage.come_back(victim)
    assert stage.refused(thief, stolen).code == "invalid_response"
    # Even with the state at hand, the code belongs to the verifier that the victim kept.
    assert stage.refused(thief, stolen | {"state": thief.keep["state"]}).code == "expired"


def test_new_keys_are_found(stage: Stage) -> None:
    stage.begin()
    broker = stage.broker
    with running(lambda address: application([ANNA], issuer=stage.address)) as other:
        # The broker changed its keys after we read them: the documents now come from elsewhere.
        old = broker._client._current_provider()
        keys = broker._client._ask("GET", other + "/jwks")[1]
        stale = type(old)(old.issuer, old.authorize, old.token, old.keys.import_key_set(keys), old.read_at - 60)
    broker._client._provider = stale
    begun = stage.begin()
    assert stage.complete(begun, stage.come_back(begun)).kvk == "12345678"
    broker._client._provider = type(old)(old.issuer, old.authorize, old.token, stale.keys, time.time())
    begun = stage.begin()
    assert stage.refused(begun, stage.come_back(begun)).code == "invalid_response", "not asked again at once"


@pytest.mark.parametrize("issuer", ["http://broker.example", "http://10.1.2.3:80", "ftp://127.0.0.1"])
def test_a_broker_is_reached_over_https(issuer: str) -> None:
    with pytest.raises(ValueError, match="https"):
        OidcBroker(issuer, "c", "s")


@pytest.mark.parametrize(
    ("host", "here"),
    [
        ("127.0.0.1", True), ("::1", True), ("localhost", True), ("mijnzz.localhost", True),
        ("localhost.example", False), ("127.0.0.1.example", False), ("10.0.0.1", False), ("", False),
    ],
)  # fmt: skip
def test_what_is_on_this_machine(host: str, here: bool) -> None:
    assert on_this_machine(host) is here


@pytest.mark.parametrize(
    ("uri", "allowed"),
    [
        (RETURN, True),
        ("http://127.0.0.1:8000/x", True),
        ("https://voorbeeld.localhost/x?a=1", True),
        ("http://evil.example/x", False),
        ("http://mijnzz.localhost@evil.example/", False),
        ("http://evil.example#.localhost", False),
        ("http://u:p@mijnzz.localhost/", False),
        ("javascript:alert(1)", False),
        ("//mijnzz.localhost/", False),
        ("http://[", False),
    ],
)
def test_the_simulator_sends_nobody_off_this_machine(uri: str, allowed: bool) -> None:
    assert may_return_to(uri) is allowed


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"scope": "email"}, "invalid_scope"),
        ({"nonce": ""}, "invalid_request"),
        ({"code_challenge": ""}, "invalid_request"),
        ({"code_challenge_method": "plain"}, "invalid_request"),
    ],
)
def test_a_request_that_is_not_safe_goes_back_with_an_error(stage: Stage, change: dict[str, str], error: str) -> None:
    query = {key: values[0] for key, values in parse_qs(urlsplit(stage.begin().url).query).items()} | change
    status, _, location = visit(f"{stage.address}/authorize?{urlencode(query)}")
    assert status == 303
    assert parse_qs(urlsplit(location).query)["error"] == [error]


@pytest.mark.parametrize("change", [{"client_id": "another"}, {"redirect_uri": "http://evil.example/"}])
def test_a_stranger_gets_a_page_and_no_redirect(stage: Stage, change: dict[str, str]) -> None:
    query = {key: values[0] for key, values in parse_qs(urlsplit(stage.begin().url).query).items()} | change
    status, page, location = visit(f"{stage.address}/authorize?{urlencode(query)}")
    assert (status, location) == (400, "")
    assert "Dit verzoek kan niet" in page


def test_a_client_with_the_wrong_secret_gets_no_token(stage: Stage) -> None:
    begun = stage.begin()
    answer = stage.come_back(begun)
    stranger = OidcBroker(stage.address, "collectief", "guess")
    with pytest.raises(SignInRefused) as refused:
        stranger.complete(return_url=RETURN, answer=answer, keep=begun.keep, minimum=EH2)
    assert refused.value.code == "unknown_error"


def test_a_form_sent_twice_or_filled_in_wrongly_is_refused(stage: Stage) -> None:
    _, page, _ = visit(stage.begin().url)
    pending = re.search(r'name="request" value="([^"]+)"', page)
    assert pending
    form = {"request": pending[1], "person": "99", "level": "eH3", "action": "sign_in"}
    assert visit(stage.address + "/authorize", form)[0] == 400
    assert visit(stage.address + "/authorize", form | {"person": "0"})[0] == 400


def test_the_page_shows_names_as_text_and_is_marked_as_a_simulator(stage: Stage) -> None:
    _, page, _ = visit(stage.begin().url)
    assert "Anna &lt;de&gt; Vries" in page
    assert 'lang="nl"' in page
    assert page.count("<h1>") == 1
    assert "eHerkenning-simulator" in page
    assert "minimaal betrouwbaarheidsniveau eH2+" in page


def test_the_postbus_tells_what_happened(stage: Stage) -> None:
    begun = stage.begin()
    stage.complete(begun, stage.come_back(begun))
    state = json.loads(visit(stage.address + "/_simulator/received")[1])
    assert state["counts"]["signed in"] >= 1
    assert state["last"][0]["what"] == "token"
    status, page, _ = visit(stage.address + "/")
    assert status == 200
    assert "12345678" in page


def test_people_come_from_a_file(tmp_path: Path) -> None:
    file = tmp_path / "people.json"
    file.write_text(json.dumps([{"acting_subject": "a", "name": "A", "kvk": "12345678", "company_name": "B"}]))
    assert read_people(file) == (Person("a", "A", "12345678", "B"),)
    for wrong in ("[]", '[{"name": "A"}]', "{", '[{"acting_subject": "a", "shoe": 1}]'):
        file.write_text(wrong)
        with pytest.raises(ValueError, match=r".+"):
            read_people(file)


def test_it_does_not_start_in_production(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLLECTIEF_ENV", "production")
    with pytest.raises(NotInProduction):
        application([ANNA], issuer="http://127.0.0.1:1")


def test_as_a_process_of_its_own_it_speaks_the_protocol(tmp_path: Path) -> None:
    file = tmp_path / "people.json"
    file.write_text(json.dumps([{"acting_subject": "a", "name": "A", "kvk": "12345678", "company_name": "B"}]))
    environment = os.environ | {"COLLECTIEF_ENV": "test"}
    with kept_port() as port:
        command = ["-m", "collectief.gateways.eherkenning.simulator", "--port", str(port), "--people", str(file)]
        process = subprocess.Popen([sys.executable, *command], stdout=subprocess.PIPE, text=True, env=environment)
        try:
            assert process.stdout
            assert "eHerkenning-simulator" in process.stdout.readline()
            address = f"http://127.0.0.1:{port}"
            stage = Stage(address, Clock(), OidcBroker(address, "collectief", "demo-secret"))
            begun = _begun_when_it_listens(stage)
            assert stage.complete(begun, stage.come_back(begun)).acting_subject == "a"
        finally:
            process.terminate()
            assert process.wait(60) is not None


def _begun_when_it_listens(stage: Stage) -> Begun:
    for _ in range(600):
        try:
            return stage.begin()
        except SignInRefused:
            time.sleep(0.05)
    raise AssertionError("it does not listen")


def test_a_token_that_was_altered_is_not_believed(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    begun = stage.begin()
    answer = stage.come_back(begun, level="eH2")
    redeem = stage.broker._client._redeem

    def altered(code: str, return_url: str, verifier: str) -> str:
        head, claims, signature = redeem(code, return_url, verifier).split(".")
        plain = base64.urlsafe_b64decode(claims + "=" * (-len(claims) % 4)).replace(EH2.urn.encode(), EH4.urn.encode())
        return ".".join([head, base64.urlsafe_b64encode(plain).rstrip(b"=").decode(), signature])

    monkeypatch.setattr(stage.broker._client, "_redeem", altered)
    assert stage.refused(begun, answer).code == "invalid_response"

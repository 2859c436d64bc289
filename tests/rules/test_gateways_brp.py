"""Reading what the BRP says, and the simulator's half of the protocol."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from collections.abc import Iterator
from typing import Any

import pytest
from aiohttp import web

from collectief.foundation.bsn import Bsn
from collectief.foundation.dates import BirthDate
from collectief.foundation.names import PersonName
from collectief.gateways.breaker import Breaker
from collectief.gateways.brp import reading
from collectief.gateways.brp.answers import date_as_json
from collectief.gateways.brp.client import HaalCentraal, Patience, register_at
from collectief.gateways.brp.inhabitants import dummy_bsns, inhabitant
from collectief.gateways.brp.port import RegisteredPerson
from collectief.gateways.brp.simulator import PATH, application
from collectief.gateways.loopback import NotInProduction, running

pytestmark = pytest.mark.feature("U21")

BSN = Bsn("999990019")


def answer(*persons: dict[str, Any], kind: str = reading.TYPE) -> bytes:
    return json.dumps({"type": kind, "personen": persons}).encode()


def person(**more: Any) -> dict[str, Any]:
    return {"burgerservicenummer": BSN.digits, "naam": {"voorletters": "A.", "geslachtsnaam": "Bos"}, **more}


def read(told: dict[str, Any]) -> RegisteredPerson:
    return reading.read_persons(answer(told), {BSN.digits: BSN})[BSN]


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        ({"type": "Datum", "datum": "1980-02-01", "langFormaat": "1 februari 1980"}, BirthDate(1980, 2, 1)),
        ({"type": "JaarMaandDatum", "jaar": 1980, "maand": 2}, BirthDate(1980, 2, 0)),
        ({"type": "JaarDatum", "jaar": 1980}, BirthDate(1980, 0, 0)),
        ({"type": "DatumOnbekend", "onbekend": True}, None),
    ],
)
def test_dates_of_all_four_kinds(day: dict[str, Any], expected: BirthDate | None) -> None:
    assert read(person(geboorte={"datum": day})).birth_date == expected


@pytest.mark.parametrize("day", [BirthDate(1980, 2, 1), BirthDate(1980, 2, 0), BirthDate(1980, 0, 0), None])
def test_the_simulator_writes_dates_as_the_client_reads_them(day: BirthDate | None) -> None:
    assert read(person(geboorte={"datum": date_as_json(day)})).birth_date == day


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ({"voorletters": "A.J.", "geslachtsnaam": "Bos"}, PersonName("A.J.", "", "Bos")),
        (
            {"voorletters": "A.J.", "voorvoegsel": "van der", "geslachtsnaam": "Veen"},
            PersonName("A.J.", "van der", "Veen"),
        ),
        ({"voornamen": "Anna Johanna", "geslachtsnaam": "Bos"}, PersonName("A.J.", "", "Bos")),
        ({"voornamen": "IJsbrand Łukasz", "geslachtsnaam": "IJpma"}, PersonName("IJ.Ł.", "", "IJpma")),
        (
            {"voorletters": "M.", "voorvoegsel": "d’", "geslachtsnaam": "Ávila  Gómez"},
            PersonName("M.", "d'", "Ávila Gómez"),
        ),
        ({"geslachtsnaam": "Suharto"}, PersonName("", "", "Suharto")),
        ({"voornamen": "Zoë"}, PersonName("Z.", "", "")),
        ({}, PersonName("", "", "")),
    ],
)
def test_names(name: dict[str, str], expected: PersonName) -> None:
    assert read(person(naam=name)).name == expected


def test_who_has_no_name_there_holds_up_none_of_those_asked_with_them() -> None:
    other = Bsn("999990020")
    nameless = {"burgerservicenummer": other.digits}
    found = reading.read_persons(answer(person(), nameless), {one.digits: one for one in (BSN, other)})
    assert [one.name for one in found.values()] == [PersonName("A.", "", "Bos"), PersonName("", "", "")]
    assert not found[other].name.same_person_name(PersonName("A.", "", "Bos"))


@pytest.mark.parametrize(
    ("more", "deceased"),
    [
        ({}, False),
        ({"overlijden": {"datum": {"type": "DatumOnbekend"}}}, True),
        ({"overlijden": {}}, False),
        ({"opschortingBijhouding": {"reden": {"code": "O", "omschrijving": "overlijden"}}}, True),
        ({"opschortingBijhouding": {"reden": {"code": "R", "omschrijving": "RNI"}}}, False),
        ({"opschortingBijhouding": {"reden": {"code": "E", "omschrijving": "emigratie"}}}, False),
    ],
)
def test_who_has_died(more: dict[str, Any], deceased: bool) -> None:
    assert read(person(**more)).deceased is deceased


@pytest.mark.feature("G03")
@pytest.mark.parametrize(("code", "sex"), [("M", "M"), ("V", "V"), ("O", ""), ("X", "")])
def test_the_sex_where_it_is_known(code: str, sex: str) -> None:
    told = person(geslacht={"code": code, "omschrijving": "zoals het heet"})
    assert reading.read_persons(answer(told), {BSN.digits: BSN})[BSN].sex == sex
    assert reading.read_persons(answer(person()), {BSN.digits: BSN})[BSN].sex == ""


@pytest.mark.parametrize("code", ["F", "W"])
def test_a_list_entered_in_error_is_nobody(code: str) -> None:
    void = {"burgerservicenummer": BSN.digits, "opschortingBijhouding": {"reden": {"code": code}}}
    assert reading.read_persons(answer(void), {BSN.digits: BSN}) == {}


def test_who_was_not_asked_for_is_left_out() -> None:
    assert reading.read_persons(answer(person()), {}) == {}


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html>",
        b"[]",
        b"null",
        b'{"type":"RaadpleegMetBurgerservicenummer"}',
        answer(kind="ZoekMetPostcodeEnHuisnummer"),
        b'{"type":"RaadpleegMetBurgerservicenummer","personen":{"a":1}}',
        answer(person(geboorte={"datum": {"type": "Datum", "datum": "1980-02-31"}})),
        answer(person(geboorte={"datum": {"type": "Anders"}})),
        answer(person(geboorte={"datum": {"type": "JaarMaandDatum", "jaar": 1980}})),
        answer(person(geboorte={"datum": {"type": "JaarMaandDatum", "jaar": 1980, "maand": 13}})),
        answer(person(geboorte={"datum": {"type": "JaarDatum", "jaar": 10**12}})),
        answer(person(geboorte={"datum": None})),
        answer(person(naam=None)),
        answer(person(geslacht={})),
        answer(person(opschortingBijhouding=None)),
        # Deeper than anybody reads.
        answer(person(overlijden="deep")).replace(b'"deep"', b"[" * 100_000 + b"]" * 100_000),
    ],
)
def test_an_answer_that_is_none_is_refused_without_repeating_it(body: bytes) -> None:
    with pytest.raises(reading.BadAnswer) as refused:
        reading.read_persons(body, {BSN.digits: BSN})
    assert BSN.digits not in str(refused.value)
    assert "Bos" not in str(refused.value)


def test_the_breaker_opens_rests_and_lets_one_try_decide() -> None:
    now = 0.0
    breaker = Breaker(failures=3, rest=10, clock=lambda: now)
    assert [breaker.failed(), breaker.failed(), breaker.closed] == [False, False, True]
    breaker.succeeded()
    assert [breaker.failed(), breaker.failed(), breaker.failed()] == [False, False, True]
    assert not breaker.closed
    assert not breaker.rested
    assert not breaker.failed(), "a straggler opens nothing"
    now = 10.0
    assert breaker.rested
    assert breaker.failed(), "the try failed: open again"
    assert not breaker.rested
    now = 20.0
    assert breaker.succeeded()
    assert breaker.closed


@pytest.mark.parametrize(
    "address", ["http://brp.example", "http://10.0.0.1", "http://localhost.example", "ftp://127.0.0.1.nip.io"]
)
def test_numbers_never_travel_in_the_clear(address: str) -> None:
    with pytest.raises(ValueError, match="https"):
        HaalCentraal(address, "key")


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_the_numbers_go_to_the_register_and_nowhere_it_points_to(status: int) -> None:
    came: list[str] = []

    async def elsewhere(request: web.Request) -> web.Response:
        came.append(request.path)
        return web.json_response({"type": reading.TYPE, "personen": []})

    def pointing(address: str) -> web.Application:
        async def point(request: web.Request) -> web.Response:
            return web.Response(status=status, headers={"Location": f"{address}/elsewhere"})

        app = web.Application()
        app.router.add_post(PATH, point)
        app.router.add_route("*", "/elsewhere", elsewhere)
        return app

    with running(pointing) as address:
        register = HaalCentraal(address, "key", patience=Patience(attempts=1))
        assert register.look_up([BSN]).unanswered == (BSN,)
        register.close()
    assert came == []


def test_one_register_per_address() -> None:
    assert register_at("https://brp.example", "key") is register_at("https://brp.example", "key")
    assert register_at("https://brp.example", "key") is not register_at("https://other.example", "key")


@pytest.fixture(scope="module")
def simulator() -> Iterator[str]:
    with running(lambda _: application()) as address:
        yield address


def send(
    address: str, body: Any, *, path: str = PATH, method: str = "POST", key: str = "k", kind: str = "application/json"
) -> tuple[int, dict[str, Any]]:
    headers = {"Content-Type": kind} | ({"X-API-KEY": key} if key else {})
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    try:
        with urllib.request.urlopen(urllib.request.Request(address + path, data, headers, method=method)) as response:
            return response.status, json.load(response)
    except urllib.error.HTTPError as error:
        return error.code, json.load(error)


ASKED = {"type": reading.TYPE, "burgerservicenummer": ["985305344"], "fields": ["burgerservicenummer"]}


def test_no_more_than_was_asked_comes_back(simulator: str) -> None:
    assert send(simulator, ASKED) == (200, {"type": reading.TYPE, "personen": [{"burgerservicenummer": "985305344"}]})
    _, body = send(simulator, ASKED | {"fields": ["naam.geslachtsnaam", "geboorte"]})
    assert [part.keys() for part in body["personen"]] == [{"naam", "geboorte"}]
    assert body["personen"][0]["naam"].keys() == {"geslachtsnaam"}


def test_who_is_not_in_the_register_is_absent(simulator: str) -> None:
    _, body = send(simulator, ASKED | {"burgerservicenummer": ["111222333", "985305344"]})
    assert [line["burgerservicenummer"] for line in body["personen"]] == ["985305344"]


@pytest.mark.parametrize(
    ("change", "code", "wrong"),
    [
        ({"burgerservicenummer": []}, "paramsValidation", ("burgerservicenummer", "minItems")),
        ({"burgerservicenummer": ["985305344"] * 21}, "paramsValidation", ("burgerservicenummer", "maxItems")),
        ({"burgerservicenummer": "985305344"}, "paramsValidation", ("burgerservicenummer", "array")),
        ({"burgerservicenummer": ["985305344", "12"]}, "paramsValidation", ("burgerservicenummer[1]", "pattern")),
        ({"burgerservicenummer": None}, "paramsCombination", ("burgerservicenummer", "required")),
        ({"fields": None}, "paramsCombination", ("fields", "required")),
        ({"fields": ["naam", "schoenmaat"]}, "paramsValidation", ("fields[1]", "fields")),
        ({"type": "Anders"}, "paramsValidation", ("type", "value")),
        ({"type": None}, "paramsValidation", ("type", "required")),
        ({"extra": 1}, "paramsValidation", ("extra", "unknownParam")),
    ],
)
def test_wrong_parameters(simulator: str, change: dict[str, Any], code: str, wrong: tuple[str, str]) -> None:
    body = {key: value for key, value in (ASKED | change).items() if value is not None}
    status, problem = send(simulator, body)
    assert (status, problem["code"]) == (400, code)
    assert [(line["name"], line["code"]) for line in problem["invalidParams"]] == [wrong]
    assert problem["instance"] == PATH
    assert wrong[0] in problem["detail"]


def test_who_has_no_key_or_speaks_no_json_is_refused(simulator: str) -> None:
    assert send(simulator, ASKED, key="")[1]["code"] == "authentication"
    assert send(simulator, ASKED, key="")[0] == 401
    assert send(simulator, ASKED, kind="text/xml")[0] == 415
    assert send(simulator, b"{")[0] == 400


def test_the_postbus_counts_and_shows_no_number(simulator: str) -> None:
    send(simulator, ASKED)
    for path in ("/_simulator/received", "/"):
        with urllib.request.urlopen(simulator + path) as response:
            text = response.read().decode()
        assert "985305344" not in text
        assert "******344" in text
    state = json.load(urllib.request.urlopen(simulator + "/_simulator/received"))
    assert state["persons_asked"] >= state["persons_found"] >= 1


def test_given_persons_replace_the_population(simulator: str) -> None:
    first, second, third, fourth = dummy_bsns(4, seed=3)
    people = [
        {"bsn": first.digits, "initials": "B.", "surname": "Eigen", "birth_date": "1970-01-00", "deceased": True},
        {"bsn": second.digits, "unknown": True},
        {"bsn": third.digits, "void": True},
        {"bsn": "111222333", "surname": "Elders"},
    ]
    assert send(simulator, people, path="/_simulator/persons", method="PUT") == (200, {"persons": 4})
    register = HaalCentraal(simulator, "k")
    elsewhere = Bsn("111222333")
    answered = register.look_up([first, second, third, fourth, elsewhere])
    assert answered.found[first].name == PersonName("B.", "", "Eigen")
    assert answered.found[first].birth_date == BirthDate(1970, 1, 0)
    assert answered.found[first].deceased
    assert answered.found[fourth].name == inhabitant(fourth).name
    assert answered.found[elsewhere].birth_date is None
    assert answered.absent == {second, third}
    register.close()
    send(simulator, [], path="/_simulator/persons", method="PUT")


@pytest.mark.parametrize("people", [{"bsn": "1"}, [{"bsn": "1"}], [{}], [1], [{"bsn": "999990019", "shoe": 1}]])
def test_what_is_no_list_of_persons_is_refused(simulator: str, people: Any) -> None:
    assert send(simulator, people, path="/_simulator/persons", method="PUT")[0] == 400


@pytest.mark.parametrize("wish", [{"fail": "fire"}, {"delay_ms": -1}, {"for_requests": 0}, [], {"x": 1}])
def test_a_fault_that_does_not_exist_is_refused(simulator: str, wish: Any) -> None:
    assert send(simulator, wish, path="/_simulator/behaviour")[0] == 400


def test_it_does_not_start_in_production(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLLECTIEF_ENV", "production")
    with pytest.raises(NotInProduction):
        application()

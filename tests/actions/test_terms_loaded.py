"""What was sold before comes in from a file, for which two people stand; the same file again changes nothing (K02)."""

from __future__ import annotations

import copy
import tomllib
from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner

from collectief.audit.models import AuditEvent
from collectief.config.terms import terms as command
from collectief.contracts.models import GroupContract
from collectief.policies import queries
from collectief.policies.labels import rename_label
from collectief.policies.loading import Loaded, load
from collectief.policies.models import ContractOffer, LabelCode, Product, ProductTariff
from collectief.policies.rules import TermsRefused
from collectief.scope.database import auditing, office, opened
from tests.actions.test_terms import NOW
from tests.office_world import ZZ, clerk, insurer_id, product_of
from tests.world import Agency, agency, member_of

pytestmark = [pytest.mark.django_db, pytest.mark.feature("K02")]

DEMO = tomllib.loads(Path("src/collectief/demo/terms.toml").read_text(encoding="utf-8"))
FILE = """
[product.BASIS]
name = "Basisverzekering"
kind = "basic"
[[product.BASIS.tariff]]
first_day = 2026-01-01
monthly = { "0-17" = "0", "18-" = "159,95" }
voluntary = { 500 = "22,50" }
[[offer]]
contract = "%s"
product = "BASIS"
first_day = 2026-01-01
"""


@pytest.fixture
def ours(db) -> Agency:
    return agency()


def read(ours: Agency) -> dict:
    return tomllib.loads(FILE % ours.contracts[0].number)


def taken_over(terms: dict, **more: str) -> Loaded:
    return load(ZZ, terms, **({"by": "Sanne", "agreed_by": "Joris"} | more), now=NOW)


@pytest.mark.feature("U28")
def test_a_file_is_taken_over_once_and_its_customers_see_it(ours):
    assert taken_over(read(ours)) == Loaded(1, 1, 1)
    assert taken_over(read(ours)) == Loaded()
    seen = member_of(ours.organisation, roles=["financial"])
    with opened(seen):
        [offer] = queries.offered(seen, today=date(2026, 11, 28))[ours.contracts[0].id]
    assert (offer.product.name, offer.product.tariff.monthly(40).cents) == ("Basisverzekering", 15995)
    assert offer.product.tariff.taken_off(500).cents == 2250
    with auditing(insurer_id()):
        [event] = AuditEvent.objects.filter(action="terms.load")
    assert (event.account, event.detail["agreed_by"], event.detail["tariffs"]) == ("Sanne", "Joris", 1)


def test_the_file_of_the_demo_world_can_be_taken_over(ours):
    with office():
        for number in {one["contract"] for one in DEMO["offer"]}:
            GroupContract.objects.create(
                insurer=ours.organisation.insurer, organisation=ours.organisation, number=number, name="Vestiging",
                first_day="2022-01-01",
            )  # fmt: skip
    assert taken_over(DEMO) == Loaded(3, 5, len(DEMO["offer"]), 1)


CODES = """
[label."Zorg en Zekerheid"]
uzovi = { "2022-01-01" = "7085", "2027-01-01" = "%s" }
"""


@pytest.mark.usefixtures("ours")
def test_codes_of_labels_are_taken_over_once():
    assert taken_over(tomllib.loads(CODES % "7086")) == Loaded(), "of what is not sold there is no code"
    product_of(name="Zorg en Zekerheid")
    given = tomllib.loads(CODES % "7086")
    assert [taken_over(given), taken_over(given)] == [Loaded(codes=2), Loaded()]
    with office(insurer_id()):
        assert list(LabelCode.objects.order_by("first_day").values_list("label", "uzovi")) == [
            ("Zorg en Zekerheid", "7085"), ("Zorg en Zekerheid", "7086"),
        ]  # fmt: skip
    for wrong, code in (('"2028-01-01" = 708', "uzovi_digits"), ('"2021-01-01" = "7084"', "uzovi_later")):
        with pytest.raises(TermsRefused, match=code):
            taken_over(tomllib.loads(f'[label."Zorg en Zekerheid"]\nuzovi = {{ {wrong} }}'))


@pytest.mark.usefixtures("ours")
def test_a_label_that_was_renamed_gets_no_code_under_its_former_name_and_can_be_called_so_again():
    product_of(name="Zorg en Zekerheid")
    given = tomllib.loads(CODES % "7086")
    taken_over(given)
    sanne = clerk()
    with opened(sanne):
        rename_label(sanne, "Zorg en Zekerheid", "Anders")
    assert taken_over(given) == Loaded()
    with opened(sanne):
        rename_label(sanne, "Anders", "Zorg en Zekerheid")
    with office(insurer_id()):
        assert LabelCode.objects.count() == 2


def test_one_person_is_not_two(ours):
    with pytest.raises(TermsRefused, match="one_person"):
        taken_over(read(ours), agreed_by=" sanne")
    _nothing()


def _changed(terms: dict, *path: object, value: object) -> dict:
    found = terms = copy.deepcopy(terms)
    for step in path[:-1]:
        found = found[step]
    found[path[-1]] = value
    return terms


TARIFF = ("product", "BASIS", "tariff", 0)


@pytest.mark.parametrize(
    ("path", "value", "problem"),
    [
        ((*TARIFF, "monthly"), {"0-17": "0"}, TermsRefused),
        ((*TARIFF, "monthly"), {"0-17": "5", "18-": "10"}, TermsRefused),
        ((*TARIFF, "monthly"), {"18": "10"}, ValueError),
        ((*TARIFF, "monthly"), {"0-17": "0", "18-": "12.50"}, ValueError),
        ((*TARIFF, "first_day"), "2026-01-01", ValueError),
        (("product", "BASIS", "kind"), "dentist", ValueError),
        (("offer", 0, "discount"), 1, TermsRefused),
        (("offer", 0, "contract"), "nowhere", LookupError),
        (("offer", 0, "product"), "UNKNOWN", KeyError),
    ],
)
def test_a_file_with_something_wrong_changes_nothing(ours, path, value, problem):
    with pytest.raises(problem):
        taken_over(_changed(read(ours), *path, value=value))
    _nothing()


def test_another_insurer_is_not_there(ours):
    with pytest.raises(LookupError):
        load("nobody", read(ours), by="A", agreed_by="B", now=NOW)


def _nothing() -> None:
    with office(insurer_id()):
        assert not Product.objects.exists()
        assert not ProductTariff.objects.exists()
        assert not ContractOffer.objects.exists()


def _ran(file: Path, agreed_by: str = "Joris"):
    return CliRunner().invoke(command, ["load", str(file), "--insurer", ZZ, "--by", "Sanne", "--agreed-by", agreed_by])


def test_the_command_says_what_it_did_or_why_not(ours, tmp_path):
    file = tmp_path / "terms.toml"
    file.write_text(FILE % ours.contracts[0].number)
    assert "zijn niet dezelfde" in _ran(file, "Sanne").output
    done = _ran(file)
    assert (done.exit_code, done.output) == (0, "New: 1 products, 1 tariffs, 1 offers, 0 codes.\n")
    assert _ran(file).output == "New: 0 products, 0 tariffs, 0 offers, 0 codes.\n"
    for text, said in ((FILE % "nowhere", "nowhere"), ("[product.X]\n", "is not in the file"), ("= 3", "nothing was")):
        file.write_text(text)
        refused = _ran(file)
        assert (refused.exit_code, said in refused.output) == (1, True), refused.output

"""Files of who works in some contracts: a row for another is refused as one for no contract is (G13, U21)."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner

from collectief.access.models import Account, Membership
from collectief.bulk import actions, inline, jobs, queries
from collectief.bulk.sheets.shape import looks_like_bsn
from collectief.config.command import main
from collectief.enrolment.models import Participation
from collectief.mutations.models import Mutation
from collectief.participants.models import Participant
from collectief.scope.database import office, opened
from collectief.scope.scope import Scope
from tests.bulk_world import LEAVE, again, demo_file, done, file_of, planned, received, row_of
from tests.world import Agency, agency, member_of, valid_bsns

pytestmark = [pytest.mark.usefixtures("register"), pytest.mark.django_db, pytest.mark.feature("G13")]


@pytest.fixture
def ours() -> Agency:
    """An agency none of whose contracts could be taken for a BSN: such a number is another problem of a row."""
    found = agency()
    while any(looks_like_bsn(contract.number) for contract in found.contracts):
        found = agency()
    return found


@pytest.fixture
def lies(ours: Agency) -> Scope:
    """A colleague who works in the first contract."""
    return member_of(ours.organisation, roles=["administrative"], name="Lies", contracts=ours.contracts[:1])


class Stopped:
    """A job's context on its first attempt."""

    class job:  # noqa: N801 - as the queue has it
        priority = 0


def test_a_row_for_a_contract_out_of_reach_is_refused_in_the_words_of_an_unknown_one(ours, lies, tmp_path):
    mine, theirs = (contract.number for contract in ours.contracts)
    bsns = valid_bsns(3, start=900_300_000)
    rows = [row_of(bsn, number) for bsn, number in zip(bsns, (mine, theirs, "99999999"), strict=True)]
    batch = done(lies, file_of(tmp_path, *rows))
    assert {name: count for name, count in batch.outcome_counts.items() if count} == {"processed": 1, "rejected": 2}
    with opened(lies):
        _, refused, unknown = queries.page_of_rows(batch)[0]
        assert [(code, params["contract"]) for _, code, params in refused.problems] == [("contract_unknown", theirs)]
        assert [(code, params["contract"]) for _, code, params in unknown.problems] == [
            ("contract_unknown", "99999999")
        ]
    with opened(ours.scope):
        assert [stay.contract_id for stay in Participation.objects.all()] == [ours.contracts[0].id]


def test_whoever_is_in_another_contract_already_becomes_no_second_participant(ours, lies, tmp_path):
    mine, theirs = (contract.number for contract in ours.contracts)
    bsns = valid_bsns(4, start=900_310_000)
    done(
        ours.scope, file_of(tmp_path, *(row_of(bsn, theirs, external_reference="A") for bsn in bsns[:2]), name="a.xlsx")
    )
    leave = LEAVE | {"bsn": bsns[1].digits}
    batch = done(lies, file_of(tmp_path, *(row_of(bsn, mine) for bsn in (bsns[0], *bsns[2:])), leave, name="b.xlsx"))
    assert batch.outcome_counts["processed"] == 3
    with opened(lies):
        [row] = [row for row in queries.page_of_rows(batch)[0] if row.outcome == "rejected"]
        assert "participant_unknown" in {code for _, code, _ in row.problems}
        assert Participation.objects.count() == 3
    with opened(ours.scope):
        assert Participant.objects.count() == 4
        assert Participation.objects.count() == 5


def test_files_are_seen_by_who_reaches_all_that_their_senders_did(ours, lies, tmp_path):
    other = member_of(ours.organisation, roles=["administrative"], contracts=ours.contracts[1:])
    number = ours.contracts[0].number
    of_anna, of_lies = (planned(scope, demo_file(tmp_path, number, rows=1)).id for scope in (ours.scope, lies))
    for scope, seen in ((ours.scope, {of_anna, of_lies}), (lies, {of_lies}), (other, set())):
        with opened(scope):
            found, total = queries.batches(scope)
            assert ({one.id for one in found}, total) == (seen, len(seen))
            for batch_id in {of_anna, of_lies} - seen:
                with pytest.raises(queries.NotFound):
                    queries.batch(scope, batch_id)


def test_what_could_not_be_read_in_a_row_is_a_rejected_change_of_its_contract(ours, lies, tmp_path):
    mine, theirs = (contract.number for contract in ours.contracts)
    bsns = valid_bsns(2, start=900_320_000)
    rows = [row_of(bsn, number, first_day="soon") for bsn, number in zip(bsns, (mine, theirs), strict=True)]
    done(ours.scope, file_of(tmp_path, *rows))
    with opened(ours.scope):
        assert Mutation.objects.filter(state="rejected").count() == 2
    with opened(lies):
        assert [one.contract_id for one in Mutation.objects.all()] == [ours.contracts[0].id]


@pytest.mark.parametrize("step", ["read", "plan", "carry_out"])
def test_a_batch_of_who_lost_a_contract_meanwhile_is_stopped_and_changes_nothing(ours, lies, tmp_path, step):
    path = demo_file(tmp_path, ours.contracts[0].number, rows=3)
    batch = received(lies, path) if step != "carry_out" else planned(lies, path)
    if step == "plan":
        actions.read(lies, batch.id, jobs.moment(), then_plan=False)
    if step == "carry_out":
        with opened(lies):
            actions.accept(lies, batch.id, version=batch.version, moment=jobs.moment())
    with office():
        Membership.objects.filter(account_id=lies.account_id).update(contracts=[ours.contracts[1].id])
    ids = {
        "organisation_id": lies.organisation_id, "account_id": lies.account_id, "brand": lies.brand,
        "batch_id": batch.id,
    }  # fmt: skip
    lane = {} if step == "read" else {"lane": 0}
    getattr(jobs, step).func(Stopped, **lane, **ids)
    found = again(ours.scope, batch)
    assert (found.state, found.code) == ("stopped", "no_access")
    with opened(ours.scope):
        assert not Participation.objects.exists()


def test_the_command_line_uploads_as_far_as_the_account_reaches(ours, lies, tmp_path):
    mine, theirs = (contract.number for contract in ours.contracts)
    with office():
        email = Account.objects.get(id=lies.account_id).email
    rows = [row_of(bsn, number) for bsn, number in zip(valid_bsns(2, start=900_330_000), (mine, theirs), strict=True)]
    file = file_of(tmp_path, *rows)
    said = CliRunner().invoke(main, ["upload", str(file), "--by", email, "--portal", lies.brand, "--json"])
    report = json.loads(said.output)
    assert report["counts"] == {"processed": 1, "rejected": 1}
    assert report["rejected"][0]["problems"][0]["code"] == "contract_unknown"
    with pytest.raises(inline.UploadFailed, match="contract_unknown"):
        inline.upload_file(file, contract=theirs, email=email, portal=lies.brand, dry_run=False)

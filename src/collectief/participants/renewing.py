"""People and what the BRP said of them, sealed and indexed under the next secret (ADR 26)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from cryptography.exceptions import InvalidTag

from collectief.foundation.bsn import Bsn
from collectief.foundation.sealing import BsnKeys
from collectief.scope.renewing import NotRenewed, Renewal, Row, Step

# Which blind index became which: what has an index and no BSN follows it.
RENEWED = "renewed_index"
_RENEWED = {"insurer_id": "bigint", "before": "bytea", "after": "bytea"}
_PERSON = {"id": "bigint", "insurer_id": "bigint", "before": "bytea", "after": "bytea", "sealed": "bytea"}


def keys_of(renewal: Renewal) -> dict[int, tuple[BsnKeys, BsnKeys]]:
    """The keys of each insurer, of before and from now on."""
    insurers = renewal.connection.execute("SELECT id, slug FROM insurer").fetchall()
    return {
        id_: (
            BsnKeys.derived(renewal.before.encode(), slug, renewal.number_before),
            BsnKeys.derived(renewal.after.encode(), slug, renewal.number),
        )
        for id_, slug in insurers
    }


def opener(renewal: Renewal) -> Callable[[int, bytes, bytes], Bsn]:
    """Gives the BSN that was sealed at an insurer at an index. Raises NotRenewed when it was not, under `before`."""
    keys = keys_of(renewal)

    def opened(insurer_id: int, index: bytes, sealed: bytes) -> Bsn:
        try:
            return keys[insurer_id][0].unsealed(sealed, index)
        except (InvalidTag, ValueError):
            raise NotRenewed("a BSN is there that was not sealed under the former secret") from None

    return opened


def note_renewed(renewal: Renewal, rows: Iterable[Sequence[object]]) -> None:
    """Further BSNs, of who is no person here: insurer, index of before, index from now on."""
    renewal.put(RENEWED, _RENEWED, [rows])


def _people(renewal: Renewal) -> dict[str, int]:
    keys, opened = keys_of(renewal), opener(renewal)

    def made(row: Row) -> Row:
        id_, insurer_id, index, sealed = row
        bsn, after = opened(insurer_id, index, sealed), keys[insurer_id][1]
        found = after.blind_index(bsn)
        return id_, insurer_id, index, found, after.sealed_at(bsn, found)

    persons = renewal.remake(
        "renewed_person",
        _PERSON,
        "SELECT id, insurer_id, bsn_index, bsn_sealed FROM person",
        made,
        f"UPDATE person p SET bsn_index = n.after, bsn_sealed = n.sealed, key_id = {renewal.number}"
        " FROM pg_temp.renewed_person n WHERE p.id = n.id",
    )
    renewal.put(RENEWED, _RENEWED, [])
    renewal.run(f"INSERT INTO pg_temp.{RENEWED} SELECT insurer_id, before, after FROM pg_temp.renewed_person")
    renewal.run(f"ANALYZE pg_temp.{RENEWED}")
    with renewal.every_row("participant"):
        there = renewal.value("SELECT count(*) FROM participant")
        participants = renewal.run(
            f"UPDATE participant p SET bsn_index = n.after FROM pg_temp.{RENEWED} n"
            " WHERE p.insurer_id = n.insurer_id AND p.bsn_index = n.before"
        )
    if participants != there:
        raise NotRenewed(f"{there - participants} participants have the index of no person")
    return {"persons": persons, "participants": participants}


def _register(renewal: Renewal) -> dict[str, int]:
    """Answers about people we know follow them; others have an index only, and the BRP is asked again."""
    with renewal.every_row("register_check", "organisation"):
        there = renewal.value("SELECT count(*) FROM register_check")
        renewal.run(
            "CREATE TEMPORARY TABLE renewed_answer ON COMMIT DROP AS"
            " SELECT DISTINCT ON (c.organisation_id, c.bsn_index) c.organisation_id, c.bsn_index AS before, n.after"
            "   FROM register_check c JOIN organisation o ON o.id = c.organisation_id"
            f"   JOIN pg_temp.{RENEWED} n ON n.insurer_id = o.insurer_id AND n.before = c.bsn_index"
        )
        renewal.run(
            "DELETE FROM register_check c WHERE NOT EXISTS (SELECT 1 FROM pg_temp.renewed_answer n"
            " WHERE n.organisation_id = c.organisation_id AND n.before = c.bsn_index)"
        )
        answers = renewal.run(
            "UPDATE register_check c SET bsn_index = n.after FROM pg_temp.renewed_answer n"
            " WHERE n.organisation_id = c.organisation_id AND n.before = c.bsn_index"
        )
    return {"answers of the BRP": answers, "answers of the BRP forgotten": there - answers}


# Everybody first, since others follow them; the BRP's answers last, when everyone's next index is known.
PEOPLE = Step(frozenset({"person.bsn_index", "person.bsn_sealed", "participant.bsn_index"}), _people)
REGISTER = Step(frozenset({"register_check.bsn_index"}), _register)

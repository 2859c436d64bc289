"""What is sealed cannot be changed or moved unseen (law 5, ASVS 5.0, 11.3.3)."""

from __future__ import annotations

import pytest
from cryptography.exceptions import InvalidTag

from collectief.bulk.chunks import Keeping
from collectief.bulk.sheets.columns import COLUMNS
from collectief.bulk.sheets.rows import Problem, Row, Rows
from collectief.bulk.vault import ChunkVault
from collectief.foundation.bsn import Bsn
from collectief.foundation.sealing import BsnKeys, new_key, seal, unseal

KEYS = BsnKeys.derived(b"secret", "zorg-en-zekerheid")
ONE, OTHER = Bsn("123456782"), Bsn("111222333")


def test_a_sealed_bsn_opens_in_its_own_row():
    assert KEYS.unsealed(KEYS.sealed(ONE), KEYS.blind_index(ONE)) == ONE


def test_a_bsn_that_was_moved_to_another_row_is_not_read():
    with pytest.raises(InvalidTag):
        KEYS.unsealed(KEYS.sealed(ONE), KEYS.blind_index(OTHER))


@pytest.mark.parametrize("place", [0, 11, 12, 20, -1])
def test_a_bsn_of_which_one_bit_was_changed_is_not_read(place):
    changed = bytearray(KEYS.sealed(ONE))
    changed[place] ^= 1
    with pytest.raises(InvalidTag):
        KEYS.unsealed(bytes(changed), KEYS.blind_index(ONE))


@pytest.mark.parametrize("length", [0, 4, 11, 12, 36])
def test_nor_is_one_of_which_an_end_is_gone(length):
    with pytest.raises(InvalidTag):
        KEYS.unsealed(KEYS.sealed(ONE)[:length], KEYS.blind_index(ONE))
    key = new_key()
    with pytest.raises(InvalidTag):
        unseal(key, seal(key, b"123456782", b"here")[:length], b"here")


def test_a_bsn_of_another_insurer_or_under_another_number_is_not_read():
    for keys in (BsnKeys.derived(b"secret", "voorbeeld"), BsnKeys.derived(b"secret", "zorg-en-zekerheid", 2)):
        with pytest.raises(InvalidTag):
            keys.unsealed(KEYS.sealed(ONE), KEYS.blind_index(ONE))


@pytest.mark.parametrize("place", [("plan", 0, 1), ("rows", 1, 1), ("rows", 0, 2)])
def test_rows_of_a_file_are_read_in_their_own_place_only(place):
    vault = ChunkVault(bytes(32), 7)
    sealed = vault.seal("rows", 0, 1, {"bsn": "x"})
    assert vault.open("rows", 0, 1, sealed, dict[str, str]) == {"bsn": "x"}
    with pytest.raises(InvalidTag):
        vault.open(*place, sealed, dict[str, str])
    with pytest.raises(InvalidTag):
        ChunkVault(bytes(32), 8).open("rows", 0, 1, sealed, dict[str, str])


def test_rows_that_were_sealed_before_they_went_by_column_open_too():
    vault = ChunkVault(bytes(32), 7)
    rows = Rows([3], ["enrol"], {"bsn": ["999990019"]}, people=["ab"])
    assert vault.rows(0, 1, vault.seal("rows", 0, 1, rows)) == rows
    keys = [column.key for column in COLUMNS]

    def cells(**typed: str) -> list[str]:
        return [typed.get(key, "") for key in keys]

    before = [
        [3, "enrol", {"surname": "Janse"}, [], cells(action="Aanmelden", surname=" Janse"), "ab"],
        [4, "", {"surname": "Bos"}, [["bsn", "bsn_invalid", {}]], cells(action="Aan", surname="Bos", bsn="1"), ""],
    ]
    first, second = vault.rows(0, 1, vault.seal("rows", 0, 1, before))
    assert first == Row(3, "enrol", {"surname": "Janse"}, {"action": "Aanmelden", "surname": " Janse"}, [], "ab")
    assert second == Row(
        4, "", {"surname": "Bos"}, {"action": "Aan", "surname": "Bos", "bsn": "1"}, [Problem("bsn", "bsn_invalid")]
    )


def test_what_a_plan_kept_before_opens_too():
    vault = ChunkVault(bytes(32), 7)
    sealed = vault.seal("kept", 0, 1, ["2026-11-29", [3, 4], "lines"])
    assert vault.open("kept", 0, 1, sealed, Keeping) == Keeping("2026-11-29", [3, 4], "lines")

"""What is sealed cannot be changed or moved unseen (law 5, ASVS 5.0, 11.3.3)."""

from __future__ import annotations

import pytest
from cryptography.exceptions import InvalidTag

from collectief.bulk.vault import ChunkVault
from collectief.foundation.bsn import Bsn
from collectief.foundation.sealing import BsnKeys

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

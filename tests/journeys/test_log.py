"""Logboek: who manages accounts reads what was done, and whoever sees somebody reads who saw them; and it is sealed."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest


@pytest.mark.feature("X09")
@pytest.mark.feature("K06")
def test_anna_looks_at_somebody_and_bas_reads_that_she_did(anna, someone, stack, tmp_path):
    anna.follows_menu("Huidige deelnemers")
    anna.page.locator("tbody th a").first.click()
    anna.page.get_by_role("link", name="Bekijk alle details").click()
    name = anna.page.get_by_role("heading", level=1).inner_text()
    anna.page.get_by_role("link", name="Wie heeft deze gegevens gezien").click()
    anna.sees_heading("Wie heeft deze gegevens gezien")
    anna.sees(f"de gegevens van {name}")
    anna.sees("Gegevens van een deelnemer bekeken")
    anna.sees("Lijst met huidige deelnemers bekeken")
    anna.finds_no_barriers()
    assert not anna.page.get_by_role("link", name="Logboek", exact=True).count()

    bas = someone("Bas Mulder")
    bas.follows_menu("Logboek")
    bas.sees_heading("Logboek")
    bas.sees("Bekeken wie gegevens van een deelnemer heeft gezien")
    bas.finds_no_barriers()
    bas.page.get_by_label("Collega").select_option("Anna de Boer")
    bas.page.get_by_label("Soort").select_option("Gegevens bekeken")
    bas.page.get_by_role("button", name="Toon").click()
    bas.sees("Gegevens van een deelnemer bekeken")
    assert "Logboek bekeken" not in bas.page.locator("table").inner_text()
    assert name not in bas.page.content()
    with bas.page.expect_download() as download:
        bas.page.get_by_role("link", name="Download als Excel").click()
    assert download.value.suggested_filename == "logboek.xlsx"
    bas.page.get_by_label("Tot en met").fill("31-02-2026")
    bas.page.get_by_role("button", name="Toon").click()
    bas.sees("Vul een bestaande datum in")
    bas.finds_no_barriers()
    bas.page.get_by_label("Tot en met").fill("31-12-2020")
    bas.page.get_by_role("button", name="Toon").click()
    bas.sees("Hierover staat niets in het logboek.")
    bas.finds_no_barriers()

    # Meanwhile the sealer was at it: what it sealed is whole, and somebody elsewhere can keep its head.
    heads = tmp_path / "heads.jsonl"
    heads.write_text(_command(stack, "heads").stdout)
    assert json.loads(heads.read_text().splitlines()[-1])["number"] >= 1
    told = _command(stack, "verify", "--heads", str(heads))
    assert told.returncode == 0, told.stdout


def _command(stack, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "collectief.config.command", "audit", *arguments],
        env=stack.environment, capture_output=True, text=True, check=False,
    )  # fmt: skip

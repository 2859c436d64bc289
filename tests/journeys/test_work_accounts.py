"""The office's staff come in with their werkaccount: the insurer's own provider, with a second factor there (K05)."""

from __future__ import annotations

import pytest

from collectief.demo.cast import KANTOOR
from tests.journeys.typist import unlink

WIL = KANTOOR.colleagues[0]


@pytest.mark.feature("K05")
def test_an_employee_comes_in_with_a_werkaccount_and_not_without_a_second_factor(typist):
    joris = typist("kantoor")
    joris.opens("/zaken/")
    joris.finds_no_barriers("office-sign-in")
    joris.follows("Inloggen met werkaccount")
    joris.finds_no_barriers("office-provider")
    joris.is_at_the_provider("Joris van Dam", "Zonder tweede factor")
    joris.sees("zonder tweede factor, en zonder laten we niemand binnen")
    joris.finds_no_barriers("office-no-second-factor")
    joris.follows("Opnieuw inloggen")
    joris.is_at_the_provider("Joris van Dam")
    joris.sees_heading("Dashboard")
    joris.presses("Uitloggen")
    joris.opens("/zaken/")
    joris.follows("Inloggen met werkaccount")
    joris.is_at_the_provider("Joris van Dam")
    joris.sees_heading("Zaken")
    joris.opens("/mijn-account/")
    joris.finds_no_barriers("office-own-account")
    assert joris.page.get_by_role("link", name="Inloggen en beveiliging").count() == 0
    joris.presses("Uitloggen")
    joris.sees("U bent uitgelogd.")


@pytest.mark.feature("K05")
def test_a_newcomer_is_invited_and_from_then_on_comes_in_with_a_werkaccount(typist, stack):
    unlink(stack, (KANTOOR, WIL.email))
    yara = typist("kantoor")
    yara.opens("/inloggen/")
    yara.follows("Inloggen met werkaccount")
    yara.is_at_the_provider("Yara Smit")
    yara.sees("Uw werkaccount heeft geen toegang tot dit kantoor.")
    wil = typist("kantoor")
    wil.has_a_device()
    wil.types(WIL.email)
    wil.sees_heading("Passkey maken")
    wil.finds_no_barriers("office-first-passkey")
    wil.links_something()
    wil.sees_heading("Dashboard")
    wil.finds_no_barriers("office-dashboard")
    wil.opens("/accountbeheer/nieuw/")
    wil.page.get_by_label("Naam", exact=True).fill("Yara Smit")
    wil.page.get_by_label("E-mailadres").fill("yara@kantoor.example")
    wil.page.get_by_label("auditor").check()
    wil.page.locator("main form button[type=submit]").first.click()
    yara.page.goto(yara.link_mailed_to("yara@kantoor.example", "Uitnodiging"))
    yara.sees_heading("Account activeren")
    yara.presses("Account activeren")
    yara.finds_no_barriers("office-invitation-errors")
    yara.follows("Account activeren met werkaccount")
    yara.is_at_the_provider("Yara Smit")
    yara.sees_heading("Dashboard")
    yara.finds_no_barriers("office-yara")
    yara.presses("Uitloggen")
    yara.follows("Inloggen met werkaccount")
    yara.is_at_the_provider("Yara Smit")
    yara.sees_heading("Dashboard")

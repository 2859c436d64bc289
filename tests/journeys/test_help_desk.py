"""Somebody has lost their telephone and calls: the help desk finds them, two employees agree, a day goes by (K05)."""

from __future__ import annotations

import pytest

from collectief.demo.cast import KANTOOR_IZZ, LINDE
from tests.journeys.typist import Typist

NADIA, JORIS, MILA, BRAM, *_ = KANTOOR_IZZ.colleagues
TOM = LINDE.colleagues[1]

# A day that goes by in the database: everything of the reset lies that much further back.
_A_DAY = (
    "UPDATE factor_reset SET asked_at = asked_at - interval '25 hours', decided_at = decided_at - interval '25 hours',"
    " due_at = due_at - interval '25 hours'"
)
_JOB = (
    "SELECT procrastinate_defer_jobs_v1(ARRAY[ROW('interactive', 'access.carry_out_resets', 0, NULL, NULL,"
    " '{\"timestamp\": 0}'::jsonb, NULL)::procrastinate_job_to_defer_v1])"
)


def _comes_in(who: Typist, email: str) -> Typist:
    """For the first time: password, an app, the codes."""
    who.types(email)
    who.links_an_app()
    who.sees_heading("Herstelcodes bewaren")
    who.follows("Ik heb de codes bewaard")
    who.sees_heading("Dashboard")
    return who


def _comes_to_work(who: Typist, email: str) -> Typist:
    """The same at the office, where a passkey is made and nothing else will do."""
    who.has_a_device()
    who.types(email)
    who.sees_heading("Passkey maken")
    who.links_something()
    who.sees_heading("Dashboard")
    return who


def _looks_up(who: Typist, text: str, name: str) -> None:
    who.follows_menu("Helpdesk")
    who.page.get_by_label("E-mailadres, naam, organisatie of KvK-nummer").fill(text)
    who.presses("Zoeken")
    who.page.get_by_role("link", name=name, exact=True).first.click()
    who.sees_heading(name)


def _asks(who: Typist, name: str) -> None:
    who.follows("Loskoppelen aanvragen")
    who.sees_heading(f"Tweede stap van {name} loskoppelen")
    who.page.get_by_label("Ik heb teruggebeld").check()
    who.page.get_by_label("Met wie heeft u gesproken?").fill(name)
    who.page.get_by_label("Welk nummer was dat").fill("De centrale van de organisatie, uit onze administratie.")
    who.page.get_by_label("Waarom is het nodig?").fill("Telefoon verloren, herstelcodes ook.")
    who.presses("Aanvragen")
    who.sees("Wacht op een tweede medewerker")


def _approves(who: Typist, name: str) -> None:
    who.follows_menu("Helpdesk")
    who.page.locator("section[aria-labelledby=resets]").get_by_role("link", name=name).click()
    who.finds_no_barriers()
    who.presses("Goedkeuren")
    who.sees("Goedgekeurd, wachttijd loopt")


@pytest.mark.timeout(600)
@pytest.mark.feature("K05")
@pytest.mark.feature("W04")
def test_who_lost_the_telephone_is_helped_by_two_after_a_day_and_who_did_not_ask_stops_it(typist, database_server):
    tom = _comes_in(typist("izz"), TOM.email)
    joris, mila = (_comes_to_work(typist("kantoor-izz"), one.email) for one in (JORIS, MILA))
    bram = _comes_to_work(typist("kantoor-izz"), BRAM.email)

    # Nobody is found, and what is too short is told.
    joris.follows_menu("Helpdesk")
    joris.finds_no_barriers()
    joris.page.get_by_label("E-mailadres, naam, organisatie of KvK-nummer").fill("ab")
    joris.presses("Zoeken")
    joris.page.locator("[data-focus]").wait_for()
    joris.finds_no_barriers()
    joris.page.get_by_label("E-mailadres, naam, organisatie of KvK-nummer").fill("zzzzz")
    joris.presses("Zoeken")
    joris.sees("Niemand gevonden")
    joris.finds_no_barriers()

    # Tom calls.
    _looks_up(joris, LINDE.kvk, TOM.name)
    joris.finds_no_barriers()
    joris.page.go_back()
    joris.sees("Gevonden")
    joris.finds_no_barriers()
    joris.follows(TOM.name)
    joris.follows("Loskoppelen aanvragen")
    joris.presses("Aanvragen")
    joris.page.locator("[data-focus]").wait_for()
    joris.finds_no_barriers()
    joris.follows_menu("Helpdesk")
    joris.follows(TOM.name)
    _asks(joris, TOM.name)
    joris.sees("U heeft dit zelf aangevraagd")
    assert joris.page.get_by_role("button", name="Goedkeuren").count() == 0
    joris.finds_no_barriers()
    _approves(mila, TOM.name)
    mila.finds_no_barriers()
    _is_told(mila, TOM.email, "Een tweede medewerker beoordeelt dat nog")
    _is_told(mila, TOM.email, "Uw wachtwoord blijft zoals het is")

    # A day goes by: the old app opens nothing any more, and the password leads to a new one.
    with database_server.superuser(joris.stack.database) as connection:
        connection.execute(_A_DAY)
        connection.execute(_JOB)
    _is_told(tom, TOM.email, "is losgekoppeld en u bent overal uitgelogd")
    tom.opens("/dashboard/")
    assert "/inloggen/" in tom.page.url
    again = typist("izz")
    again.types(TOM.email)
    old, again.secret = tom.secret, ""
    again.links_an_app()
    assert again.secret != old
    again.sees_heading("Herstelcodes bewaren")
    joris.page.reload()
    joris.sees("Uitgevoerd")
    joris.finds_no_barriers()

    # Somebody says to be Bram, of the help desk itself; Bram did not ask, and stops it from the letter.
    _looks_up(joris, BRAM.email, BRAM.name)
    _asks(joris, BRAM.name)
    _approves(mila, BRAM.name)
    link = bram.link_mailed_to(BRAM.email, "Tweede stap")
    stranger = typist("kantoor-izz")
    stranger.page.goto(link)
    stranger.sees_heading("Loskoppelen stoppen")
    stranger.finds_no_barriers()
    stranger.presses("Stop het loskoppelen")
    stranger.sees_heading("Het is gestopt")
    stranger.finds_no_barriers()
    stranger.page.goto(link)
    stranger.sees("Hier valt niets meer te stoppen")
    stranger.finds_no_barriers()
    joris.page.reload()
    joris.sees("De gebruiker heeft het gestopt met de link uit een bericht")
    joris.finds_no_barriers()
    joris.speaks("en")
    joris.sees("Spoken with")
    joris.finds_no_barriers()
    # Bram's own passkey still opens his account.
    bram.page.context.clear_cookies()
    bram.types(BRAM.email)
    bram.presses("Bevestigen met passkey")
    bram.sees_heading("Dashboard")


def _is_told(who: Typist, address: str, text: str) -> None:
    """A letter with these words has come to an address."""
    for _ in range(450):
        answer = who.page.request.get(f"{who.stack.postbus_url}/_simulator/received", params={"to": address})
        if any(text in letter["text"] for letter in answer.json()["letters"]):
            return
        who.page.wait_for_timeout(100)
    raise AssertionError(f"no letter to {address}: {text}")

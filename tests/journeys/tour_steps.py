"""Along every page of every portal: what links lead to is found by itself, the rest is a step here (X14, K07)."""

from __future__ import annotations

import re
from datetime import date, timedelta
from pathlib import Path
from urllib.parse import urlsplit

import pyotp

from collectief.brands.catalogue import all_brands
from collectief.demo.cast import BRUG, DUIN, DUINSTAD, KANTOOR, KANTOOR_IZZ, KOMPAS, LINDE, OTTO, ZUID
from collectief.demo.families import family
from collectief.demo.files import write_demo_file
from collectief.foundation.dates import dutch
from tests.journeys.tour import Tour, Walker, page_names
from tests.web.addresses import NO_TOKEN

FAMILIES = {"nl": 501, "en": 502}
NUMBERS = {"nl": "+31644444441", "en": "+31644444442"}


def walks_everywhere(tour: Tour, folder: Path) -> None:
    """Looks at every page; what was wrong with any of them is told in the end. Raises AssertionError."""
    _front_doors(tour)
    _with_eherkenning(tour, folder)
    _account_manager(tour)
    _mandates(tour)
    _household(tour)
    _second_factor(tour)
    _half_way(tour)
    _help_desk(tour)
    tour.unlinks(LINDE, LINDE.colleagues[0].email)
    _with_password(tour)
    _work_account(tour)
    _products(tour)
    _customers(tour)
    _abroad(tour)
    _news(tour)
    _post(tour)
    _runs(tour)
    _invited(tour)
    assert tour.faults == [], "\n".join(tour.faults)
    unseen = page_names() - tour.seen
    assert not unseen, f"pages that nobody looked at: link them, or add a step: {sorted(unseen)}"


def _front_doors(tour: Tour) -> None:
    """Every portal from outside, and what is at nobody's address."""
    for brand in all_brands():
        walker = tour.walker(brand.slug)
        walker.looks_at("/nergens/", "404")
        walker.follows_everything("/inloggen/")
    walker = tour.walker("mijnzz")
    walker.looks_at("/inloggen/?beeindigd=", "ended")
    walker.looks_at("/controleren/?nummer=12345", "check-wrong")
    walker.looks_at("/controleren/?nummer=00000000000000000", "check-unknown")
    walker.looks_at(f"/uitnodiging/{NO_TOKEN}/", "invitation-over")
    walker.looks_at("/inloggen/terug/", "back-with-nothing")
    walker.opens("/aanvragen/")
    walker.sends("apply-empty")
    walker.looks_at("/aanvragen/ontvangen/")
    walker = tour.walker("izz")
    walker.sends("sign-in-empty")
    walker.sends("sign-in-wrong", email="nobody@delinde.example", password="niet het goede wachtwoord")
    walker.opens("/inloggen/wachtwoord-vergeten/")
    walker.sends("forgotten-empty")
    walker.sends("forgotten-sent", email=LINDE.colleagues[0].email)
    walker.looks_at(f"/inloggen/wachtwoord-vergeten/{NO_TOKEN}/", "link-over")
    walker.looks_at(f"/inloggen/e-mailadres/{NO_TOKEN}/", "link-over")


def _with_eherkenning(tour: Tour, folder) -> None:
    """What Anna of the agency sees, with data in it; and Ruben, who has two organisations."""
    refused = tour.walker("mijnzz")
    refused.signs_in("Anna de Boer", BRUG.name, level="eH2")
    refused.page.locator("h1").wait_for()
    refused.looks("level-too-low")
    anna = tour.signed_in("mijnzz", "Anna de Boer", BRUG)
    anna.looks_at("/accountbeheer/", "403")
    file = folder / f"{tour.language}.xlsx"
    write_demo_file(file, rows=20, seed=61, bad=40, first_day=date.today().replace(day=1))
    anna.opens("/uploads/")
    anna.page.locator("input[type=file]").set_input_files(file)
    anna.page.locator("main button[type=submit]").last.click()
    anna.page.locator("a[href$='/fouten/']").wait_for(timeout=60_000)
    anna.looks("plan")
    anna.follows_everything("/dashboard/")
    for listed in ("/oud-deelnemers/", "/deelnemers/"):
        anna.opens(listed)
        anna.page.locator("tbody tr:not(.c-pending) th a").first.click()
        anna.page.locator(".c-opened button[type=submit]").wait_for()
        anna.looks("opened")
        anna.follows_everything(str(anna.page.locator(".c-opened a").last.get_attribute("href")))
    # One that can be withdrawn: it takes effect later.
    anna.opens("/deelnemers/")
    anna.page.locator("tbody tr:not(.c-pending)").nth(1).locator("th a").first.click()
    anna.page.locator(".c-opened [name=last_day]").fill(dutch(date.today() + timedelta(days=40)))
    anna.page.locator(".c-opened [name=reason]").select_option(index=1)
    anna.page.locator(".c-opened button[type=submit]").click()
    row = anna.page.locator("tr.c-pending")
    row.first.wait_for()
    anna.looks("pending")
    row.first.locator("th a").first.click()
    anna.follows_everything(str(anna.page.locator(".c-opened a").last.get_attribute("href")))
    anna.looks_at("/in-behandeling/")
    ruben = tour.walker("mijnzz")
    ruben.signs_in("Ruben Smits", BRUG.name)
    ruben.page.locator("h1").wait_for()
    ruben.looks()


def _account_manager(tour: Tour) -> None:
    """What Bas sees, who manages accounts and reads the log."""
    bas = tour.signed_in("mijnzz", "Bas Mulder", BRUG)
    bas.follows_everything("/dashboard/")
    bas.opens("/accountbeheer/nieuw/")
    bas.sends("new-account-empty")
    bas.looks_at("/logboek/?tot=31-02-2026", "log-error")
    bas.looks_at("/logboek/?tot=31-12-2020", "log-empty")
    # Where nobody manages accounts a role is asked of the insurer.
    otto = tour.signed_in("mijnzz", "Otto Smit", OTTO)
    otto.looks_at("/mijn-account/rollen/")
    otto.sends("roles-none")


def _mandates(tour: Tour) -> None:
    """What an administration office sees that acts for others."""
    for name in (colleague.name for colleague in ZUID.colleagues):
        walker = tour.signed_in("mijnzz", name, ZUID)
        walker.looks_at("/namens/")
        walker.follows_everything("/accountbeheer/machtigingen/")


def _household(tour: Tour) -> None:
    """Every step of a municipality's family, with data and with what is wrong."""
    inge = tour.signed_in("mijnzz", "Inge van Rijn", DUINSTAD)
    inge.looks_at("/deelnemers/", "list of a municipality")
    inge.page.get_by_role("link", name="Bijschrijven" if tour.language == "nl" else "Add family").first.click()
    inge.looks("join")
    inge.sends("join-empty")
    inge.looks_at("/gezin/")
    inge.looks_at("/gezin/nieuw/", "client")
    inge.sends("client-empty")
    inge.fills_family(family(FAMILIES[tour.language], date.today()), dutch(date.today()))


def _second_factor(tour: Tour) -> None:
    """The first time, and everything one signs in with: Ingrid of the employer."""
    ingrid, email = tour.walker("izz"), LINDE.colleagues[0].email
    tour.unlinks(LINDE, email)
    ingrid.types_in(email)
    for where in ("", "sms/", "passkey/"):
        ingrid.looks_at(f"/inloggen/koppelen/{where}")
    ingrid.opens("/inloggen/koppelen/sms/")
    ingrid.sends("no-mobile", number="020 123 45 67")
    ingrid.opens("/inloggen/koppelen/")
    ingrid.sends("app-wrong", code="000000")
    ingrid.secret = ingrid.page.locator("main code").inner_text().replace(" ", "")
    ingrid.sends("codes", code=pyotp.TOTP(ingrid.secret).now())
    ingrid.follows_everything("/dashboard/")
    _contracts(ingrid)
    own = "/mijn-account/inloggen/"
    for name in ("wachtwoord", "e-mailadres", "mobiel", "app", "passkey"):
        ingrid.looks_at(f"{own}{name}/")
    for name in ("wachtwoord", "e-mailadres", "mobiel", "app"):
        ingrid.opens(f"{own}{name}/")
        ingrid.sends(f"{name}-empty")
    ingrid.opens(f"{own}mobiel/")
    ingrid.sends("number-sent", number=NUMBERS[tour.language])
    ingrid.sends("number-wrong", code="000000")
    ingrid.sends("number-confirmed", code=ingrid.code_at(NUMBERS[tour.language]))
    ingrid.has_a_device()
    ingrid.opens(f"{own}passkey/")
    ingrid.page.locator("[name=name]").fill("laptop")
    ingrid.page.locator("main form button[type=submit]").first.click()
    ingrid.page.locator(".c-keys").first.wait_for()
    ingrid.looks("own-with-everything")
    ingrid.page.locator("form[action$='/herstelcodes/'] button").click()
    ingrid.page.locator(".c-codes").wait_for()
    ingrid.looks("other-codes")
    for by in ("app", "sms", "passkey"):
        ingrid.looks_at(f"{own}bevestigen/?met={by}", f"again-{by}")
    ingrid.opens(f"{own}bevestigen/?met=app")
    ingrid.sends("again-wrong", code="000000")
    ingrid.opens(f"{own}e-mailadres/")
    ingrid.sends("address-asked", email=f"{tour.language}@delinde.example")
    ingrid.page.goto(ingrid.link_mailed_to(f"{tour.language}@delinde.example"))
    ingrid.looks()
    other = tour.walker("izz")
    other.looks_at(f"/inloggen/passkey/?next={own}")
    other.page.goto(other.link_mailed_to(email, where="/wachtwoord-vergeten/"))
    other.looks()
    other.sends("password-too-easy", password="welkom", again="welkom")


def _contracts(ingrid: Walker) -> None:
    """Linking a contract, with and without faults, and taking it back; a change without words."""
    ingrid.opens("/contracten/")
    ingrid.sends("link-empty")
    ingrid.sends("link-asked", customer="999999", number="99999")
    ingrid.page.locator("main a[href$='/ontkoppelen/']").first.click()
    ingrid.looks("unlink")
    ingrid.sends("unlinked")
    ingrid.opens("/contracten/wijziging/")
    ingrid.sends("change-empty")


def _half_way(tour: Tour) -> None:
    """Between the password and the second step: Ingrid again, in another browser."""
    email = LINDE.colleagues[0].email
    ingrid = tour.walker("izz")
    ingrid.types_in(email)
    for where in ("tweede-stap/", "tweede-stap/sms/", "tweede-stap/passkey/", "herstelcode/"):
        ingrid.looks_at(f"/inloggen/{where}")
    for where in ("tweede-stap/", "herstelcode/"):
        ingrid.opens(f"/inloggen/{where}")
        ingrid.sends("empty")
        ingrid.sends("wrong", code="000000")


def _with_password(tour: Tour) -> None:
    """What each role of the portals with passwords sees beyond what another role there saw."""
    for company in (DUIN, KANTOOR):
        for colleague in (one for one in company.colleagues if len(one.roles) == 1):
            tour.let_in(company, colleague.email).follows_everything("/dashboard/")


def _work_account(tour: Tour) -> None:
    """An employee of the office without second factor, and one who is invited."""
    sanne = tour.walker("kantoor")
    sanne.looks_at("/inloggen/", "sign-in-office")
    sanne.opens("/inloggen/werkaccount/")
    sanne.page.locator("[name=method][value=pwd]").check()
    sanne.page.locator("button[value=sign_in]").click()
    sanne.page.locator("h1").wait_for()
    sanne.looks("no-second-factor")
    wil = tour.let_in(KANTOOR, KANTOOR.colleagues[0].email)
    wil.opens("/accountbeheer/nieuw/")
    wil.page.locator("[name=roles]").first.check()
    wil.sends("invited", name="Iemand Anders", email=f"{tour.language}@kantoor.example")
    invited = tour.walker("kantoor")
    invited.page.goto(invited.link_mailed_to(f"{tour.language}@kantoor.example"))
    invited.looks("invitation-office")


def _products(tour: Tour) -> None:
    """What the office sells, what contracts offer of it, and what is wrong with a proposal."""
    lotte = tour.let_in(KANTOOR, KANTOOR.colleagues[3].email)
    lotte.follows_everything("/producten/")
    lotte.sends("product-empty")
    lotte.opens("/producten/")
    lotte.page.locator("main tbody a").first.click()
    lotte.page.locator("main .c-actions a").first.click()
    lotte.sends("tariff-wrong", young_1="20", monthly_0="twaalf")
    lotte.looks_at("/contractvoorwaarden/?nummer=999", "contract-unknown")
    lotte.looks_at(f"/contractvoorwaarden/?nummer={BRUG.contracts[0][0]}", "contract-terms")
    lotte.page.locator("main form[method=post] button").click()
    lotte.page.locator("main .ds-error-summary").wait_for()
    lotte.looks("contract-terms-empty")


def _customers(tour: Tour) -> None:
    """Organisations and contracts at the office: found and not, with what is wrong, and a contract that waits."""
    lotte = tour.let_in(KANTOOR, KANTOOR.colleagues[3].email)
    lotte.follows_everything("/organisaties/")
    lotte.looks_at("/organisaties/?zoek=nergens", "customers-none")
    lotte.opens("/organisaties/nieuw/")
    lotte.sends("customer-empty")
    lotte.page.locator("main [name=segment]").select_option("staffing_agency")
    lotte.sends("customer-wrong", name="Flexkracht", kvk="123")
    lotte.sends("customer-added", name="Flexkracht", kvk={"nl": "90009001", "en": "90009002"}[tour.language])
    lotte.page.locator("main a[href$='/contract/']").click()
    lotte.sends("contract-empty")
    number = {"nl": "880001", "en": "880002"}[tour.language]
    lotte.sends("contract-waits", number=number, name="Leiden", first_day=dutch(date.today()))
    lotte.page.locator("main a[href$='/contactgegevens/']").click()
    lotte.sends("customer-contacts-wrong", company_phone="12", company_street="Dorpsstraat")
    lotte.opens("/collectiviteiten/")
    lotte.follows_everything("/collectiviteiten/")
    lotte.looks_at("/collectiviteiten/?zoek=nergens", "contracts-none")
    lotte.opens(f"/collectiviteiten/?zoek={BRUG.contracts[0][0]}")
    lotte.page.locator("main tbody a").first.click()
    lotte.page.locator("main a[href$='/einde/']").click()
    lotte.sends("contract-end-people", last_day=dutch(date.today() + timedelta(days=40)))
    lotte.follows_everything("/labels/")


def _abroad(tour: Tour) -> None:
    """An S1 asked for with faults; and at the office: nothing found, found, and another about to be allowed."""
    anna = tour.signed_in("mijnzz", "Anna de Boer", BRUG)
    # Whoever has been here longest is insured; the first few have asked for one already.
    anna.opens("/deelnemers/?sorteer=ingang")
    anna.page.locator("tbody tr:not(.c-pending)").nth(8).locator("th a").first.click()
    person = str(anna.page.locator(".c-opened a").last.get_attribute("href"))
    anna.looks_at(f"{person}verdragsrecht/", "s1-country")
    for land in ("--", "TR"):
        anna.looks_at(f"{person}verdragsrecht/?land={land}", f"s1-{land.strip('-') or 'elsewhere'}")
    anna.opens(f"{person}verdragsrecht/?land=PL")
    anna.page.locator("main form[method=post] button[type=submit]").click()
    anna.page.locator("main .ds-error-summary").wait_for()
    anna.looks("s1-empty")
    lotte = tour.let_in(KANTOOR, KANTOOR.colleagues[3].email)
    lotte.looks_at("/verdragsrecht/?relatienummer=0", "s1-nobody")
    lotte.opens("/zaken/beslist/")
    lotte.page.locator("tbody a", has_text=re.compile("Marokko|Morocco")).first.click()
    facts = lotte.page.locator("dl.c-details > div")
    number = facts.filter(has_text=re.compile("Relatienummer|Relation number")).locator("dd").first.inner_text()
    lotte.looks_at(f"/verdragsrecht/?relatienummer={number}", "s1-found")
    lotte.page.locator("tbody a[href$='/opnieuw/']").first.click()
    lotte.looks("s1-another")


def _news(tour: Tour) -> None:
    """Telling customers something: wrong, seen beforehand, placed, and about to be taken back."""
    lotte = tour.let_in(KANTOOR, KANTOOR.colleagues[3].email)
    lotte.opens("/nieuws/nieuw/")
    lotte.sends("news-empty")
    words = "Vanaf januari is ons nummer **071**.\n\n- bellen\n- [schrijven](https://mijnzz.example/)"
    lotte.sends("news-preview", titel_nl="Nieuw nummer", tekst_nl=words, titel_en="New number", tekst_en=words)
    lotte.page.locator("main button[name=gezien]").click()
    lotte.page.locator("main .c-details").wait_for()
    lotte.looks("news-placed")
    lotte.page.locator("main .c-actions a").first.click()
    lotte.page.locator("main form[method=post]").wait_for()
    lotte.looks("news-withdraw")
    lotte.follows_everything("/nieuws/")


def _post(tour: Tour) -> None:
    """The cards of this year, once they were issued; a letter on paper, and that it came back on no day."""
    lotte = tour.let_in(KANTOOR, KANTOOR.colleagues[3].email)
    lotte.looks_at("/post/passen/")
    if lotte.page.locator("main form[method=post]").count():
        lotte.sends("cards-issued")
    for _ in range(120):
        # What the service has can come back; what still waits for it cannot.
        lotte.opens("/post/?stand=handed_over")
        if lotte.page.locator("main tbody a").count():
            break
        lotte.page.wait_for_timeout(1000)
    lotte.looks_at("/post/?nummer=12345", "post-wrong")
    lotte.looks_at("/post/?stand=returned", "post-none")
    lotte.opens("/post/")
    lotte.follows_everything("/post/")
    lotte.opens("/post/?stand=handed_over")
    lotte.page.locator("main tbody a").first.click()
    lotte.page.locator("main form[method=post]").wait_for()
    lotte.sends("return-empty", dag="")


def _runs(tour: Tour) -> None:
    """What comes back every month: seen beforehand, started by whoever comes first, and what came of it."""
    lotte = tour.let_in(KANTOOR, KANTOOR.colleagues[3].email)
    lotte.opens("/maandelijkse-runs/")
    lotte.sends("run-before")
    if lotte.page.locator("main form[method=post]").count():
        lotte.sends("run-started")
    lotte.follows_everything("/maandelijkse-runs/")


def _help_desk(tour: Tour) -> None:
    """Ingrid's telephone is lost: what Joris of the help desk sees of it, and the letter's link that stops it."""
    joris = tour.let_in(KANTOOR_IZZ, KANTOOR_IZZ.colleagues[1].email)
    joris.looks_at("/helpdesk/")
    joris.sends("help-desk-short", zoek="ab")
    joris.sends("help-desk-nobody", zoek="zzzzz")
    joris.sends("help-desk-found", zoek=LINDE.colleagues[0].email)
    joris.page.locator("main tbody a").first.click()
    ingrid = urlsplit(joris.page.url).path
    joris.follows_everything(ingrid)
    joris.opens(f"{ingrid}tweede-stap/")
    joris.sends("ask-reset-empty")
    joris.page.locator("main [name=called_back]").check()
    joris.sends("reset-asked", spoken_with="Ingrid Vermeer", call_note="De centrale.", reason="Telefoon verloren.")
    told = tour.walker("izz")
    told.page.goto(told.link_mailed_to(LINDE.colleagues[0].email, where="/inloggen/stoppen/"))
    told.looks("stop-by-link")
    told.sends("stopped-by-link")


def _invited(tour: Tour) -> None:
    """Who was invited: with a code by SMS and a password, with a password, with eHerkenning."""
    email, ours = KOMPAS.colleagues[0].email, f"{tour.language}@hetkompas.example"
    tour.unlinks(KOMPAS, email)
    marijke = tour.walker("ondersteuners")
    marijke.types_in(email)
    marijke.links_by_key()
    marijke.follows_everything("/dashboard/")
    marijke.opens("/accountbeheer/nieuw/")
    marijke.sends("new-account-empty")
    marijke.page.locator("[name=roles]").first.check()
    marijke.sends("invited", name="Iemand Anders", email=ours, mobile="06 44444443")
    marijke.looks_at("/mijn-account/inloggen/", "own-representative")
    invited = tour.walker("ondersteuners")
    invited.page.goto(invited.link_mailed_to(ours))
    invited.looks("invitation-code")
    invited.sends("invitation-password")
    invited.sends("invitation-empty")
    tour.unlinks(KOMPAS, email)
    bas = tour.signed_in("mijnzz", "Bas Mulder", BRUG)
    bas.opens("/accountbeheer/nieuw/")
    bas.page.locator("[name=roles]").first.check()
    bas.page.locator("[name=reach]").first.check()
    bas.sends("invited", name="Iemand Anders", email=f"{tour.language}@debrug.example")
    bas.page.locator("main a", has_text="Iemand Anders").first.click()
    bas.looks("account-invited")
    invited = tour.walker("mijnzz")
    invited.page.goto(invited.link_mailed_to(f"{tour.language}@debrug.example"))
    invited.looks("invitation-eherkenning")

"""The pictures of docs/manuals as data: of whose page, what is done there first. `make manuals` draws them."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import FloatRect

from tests.journeys.conftest import Visitor

# A manual shows what its chapter speaks of, not a whole list.
HIGHEST = 560


@dataclass(frozen=True, slots=True)
class Picture:
    """One picture of a manual: its file beneath `pictures`, the menu entry it is of, and what is done there first."""

    name: str
    entry: str
    does: Callable[[Visitor], None] = lambda visitor: None
    # What of the page is drawn.
    part: str = "main"


def _opens_somebody(visitor: Visitor) -> None:
    visitor.page.locator("tbody tr:not(.c-pending) th a").first.click()
    visitor.page.locator(".c-opened").wait_for()


def _all_of_somebody(visitor: Visitor) -> None:
    _opens_somebody(visitor)
    visitor.page.get_by_role("link", name="Bekijk alle details en acties voor deze").click()
    visitor.sees("Persoonsgegevens")


def _asks_for_an_s1(visitor: Visitor) -> None:
    # Whoever has been here longest is insured; the first few have asked for one already.
    visitor.opens("/deelnemers/?sorteer=ingang")
    visitor.page.locator("tbody tr:not(.c-pending)").nth(9).locator("th a").first.click()
    visitor.page.get_by_role("link", name="Bekijk alle details en acties voor deze deelnemer").click()
    visitor.page.get_by_role("link", name="Verdragsrecht aanvragen").click()
    visitor.page.get_by_label("Land waar de deelnemer of het gezin woont").select_option(label="Polen")
    visitor.page.locator("main form button[type=submit]").first.click()
    visitor.sees("Aanvraag voor Polen")


def _follows(link: str, heading: str) -> Callable[[Visitor], None]:
    def does(visitor: Visitor) -> None:
        visitor.page.locator("main").get_by_role("link", name=link, exact=True).first.click()
        visitor.sees_heading(heading)

    return does


def _sees_what_is_planned(visitor: Visitor) -> None:
    for link, heading in (("Vanzelf laten maken", "Lijst plannen"), ("Bekijk wat u heeft gepland", "Geplande lijsten")):
        _follows(link, heading)(visitor)


def _opens_the_first(visitor: Visitor) -> None:
    visitor.page.locator("main tbody a").first.click()
    visitor.page.locator("main dl.c-details").first.wait_for()


# By who is signed in: their name in the demo world, or at the office their e-mail address.
AGENCY = {
    "Anna de Boer": (
        Picture("uitzendbureaus/dashboard", "Dashboard"),
        Picture("uitzendbureaus/huidige-deelnemers", "Huidige deelnemers"),
        Picture("uitzendbureaus/geplande-lijsten", "Huidige deelnemers", _sees_what_is_planned),
        Picture("uitzendbureaus/afmelden", "Huidige deelnemers", _opens_somebody, ".c-opened"),
        Picture("uitzendbureaus/deelnemer", "Huidige deelnemers", _all_of_somebody),
        Picture("uitzendbureaus/verdragsrecht", "Huidige deelnemers", _asks_for_an_s1),
        Picture("uitzendbureaus/her-aanmelden", "Oud deelnemers", _opens_somebody, ".c-opened"),
        Picture("uitzendbureaus/nieuwe-deelnemer", "Nieuwe deelnemer"),
        Picture("uitzendbureaus/upload", "Upload aan- en afmeldingen"),
        Picture("uitzendbureaus/mislukte-verwerkingen", "Mislukte verwerkingen"),
        Picture("uitzendbureaus/in-en-uitstroomlijsten", "In- en uitstroomlijsten"),
        Picture("uitzendbureaus/eigen-risico", "Eigen risico verbruik"),
        Picture("uitzendbureaus/contract-gebruik", "Contract gebruik"),
        Picture("uitzendbureaus/contract-gegevens", "Contract gegevens"),
        Picture("uitzendbureaus/berichten", "Berichten"),
        Picture("uitzendbureaus/contact", "Contact"),
    ),
    "Bas Mulder": (
        Picture("uitzendbureaus/accountbeheer", "Accountbeheer"),
        Picture("uitzendbureaus/nieuw-account", "Accountbeheer", _follows("Nieuw account aanmaken", "Nieuw account")),
        Picture("uitzendbureaus/logboek", "Logboek"),
    ),
}
MUNICIPALITY = {
    "Inge van Rijn": (
        Picture("gemeenten/dashboard", "Dashboard"),
        Picture("gemeenten/huidige-deelnemers", "Huidige deelnemers"),
        Picture("gemeenten/afmelden", "Huidige deelnemers", _opens_somebody, ".c-opened"),
        Picture("gemeenten/nieuwe-deelnemer", "Nieuwe deelnemer"),
        Picture("gemeenten/client", "Nieuwe deelnemer", _follows("Volgende", "Gegevens van de cliënt")),
        Picture("gemeenten/in-en-uitstroomlijsten", "In- en uitstroomlijsten"),
        Picture("gemeenten/contract-gebruik", "Contract gebruik"),
        Picture("gemeenten/berichten", "Berichten"),
    ),
}
OFFICE = {
    "lotte@kantoor.example": (
        Picture("kantoor/dashboard", "Dashboard"),
        Picture("kantoor/zaken", "Zaken"),
        Picture("kantoor/zaak", "Zaken", _opens_the_first),
        Picture("kantoor/producten", "Producten"),
        Picture("kantoor/organisaties", "Organisaties"),
        Picture("kantoor/contracten", "Contracten"),
        Picture("kantoor/nieuws", "Nieuws en berichten"),
        Picture("kantoor/post", "Post"),
        Picture("kantoor/runs", "Maandelijkse runs"),
    ),
    "murat@kantoor.example": (Picture("kantoor/helpdesk", "Helpdesk"),),
    "erik@kantoor.example": (Picture("kantoor/onderzoek", "Onderzoek"),),
}
# The front doors, by brand: what is seen of a portal before signing in.
DOORS = {
    "mijnzz": "uitzendbureaus/inloggen",
    "kantoor": "kantoor/inloggen",
    "izz": "werkgevers/inloggen",
    "bedrijfszorg": "bedrijfszorg/inloggen",
    "ondersteuners": "ondersteuners/inloggen",
}
NAMES = {
    *DOORS.values(),
    *(one.name for people in (AGENCY, MUNICIPALITY, OFFICE) for pictures in people.values() for one in pictures),
}


def _goes(visitor: Visitor, entry: str) -> None:
    """To a page by the menu, where the entry may also say how much is new there."""
    link = visitor.page.locator("nav.c-nav a", has_text=re.compile(rf"^\s*{re.escape(entry)}(\s+\d.*)?\s*$"))
    path = str(link.get_attribute("href"))
    link.click()
    visitor.page.wait_for_url(visitor.stack.portal(visitor.brand) + path)
    visitor.page.locator("main h1").wait_for()


def draws(visitor: Visitor, name: str, folder: Path, part: str = "main") -> None:
    """The page as it stands, as a picture in this folder, or in the one of the manuals: `MANUALS=folder`."""
    file = Path(os.environ.get("MANUALS", folder)) / f"{name}.png"
    file.parent.mkdir(parents=True, exist_ok=True)
    # A part of the whole page is counted from its top.
    visitor.page.evaluate("scrollTo(0, 0)")
    box = visitor.page.locator(part).first.bounding_box()
    assert box
    clip: FloatRect = {**box, "height": min(box["height"], HIGHEST)}
    # A field that is typed in has a cursor that blinks.
    visitor.page.screenshot(path=file, clip=clip, full_page=True, animations="disabled", caret="hide")


def draws_all(visitor: Visitor, pictures: tuple[Picture, ...], folder: Path) -> None:
    """Every picture of somebody who is signed in, each from the menu on."""
    for one in pictures:
        _goes(visitor, one.entry)
        one.does(visitor)
        draws(visitor, one.name, folder, one.part)

"""S1s in the words of the screen: why not, where one stands, and what to do (U09)."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from collectief.brands.catalogue import Brand
from collectief.foundation.dates import dutch
from collectief.statements.countries import name_of
from collectief.statements.queries import S1View
from collectief.statements.rules import Refusal, State, Way

from ..words import Shown, shown_value


def refusals() -> dict[str, tuple[str, str]]:
    """Reason and remedy by code; `{mail}` is the desk for forms for abroad."""
    whole = _("Neem het volledige woonadres in het thuisland over, en controleer het bij de deelnemer.")
    other = _("Mail naar {mail} als u twijfelt.")
    return {
        "already_requested": (
            _("Voor deze deelnemer is al een formulier aangevraagd."),
            _("Is er een nieuw nodig? Mail dan naar {mail} met het relatienummer en het verzoek om een nieuw S1."),
        ),
        "not_insured": (
            _("Deze deelnemer is nu niet verzekerd."),
            _("Meld de deelnemer eerst aan; daarna kunt u het formulier aanvragen."),
        ),
        "country_missing": (_("Het land ontbreekt."), _("Kies het land waar de deelnemer of het gezin woont.")),
        "home_is_here": (
            _("Voor wie in Nederland woont, is geen formulier nodig."),
            _("Kies het thuisland, waar de deelnemer of het gezin woont."),
        ),
        "no_treaty": (_("Met dit land is geen verdrag over zorg."), other),
        "no_form": (_("Voor {country} bestaat geen S1 of E106, ook al is er een verdrag."), other),
        "ground_missing": (_("De reden van de aanvraag ontbreekt."), _("Kies een van de twee.")),
        "street_missing": (_("De straat ontbreekt."), whole),
        "house_number_missing": (_("Het huisnummer ontbreekt."), whole),
        "city_missing": (_("De woonplaats ontbreekt."), whole),
        "first_day_missing": (
            _("De ingangsdatum ontbreekt."), _("Vul in vanaf welke dag het formulier moet gelden."),
        ),
        "first_day_too_early": (
            _("Op die dag was de deelnemer nog niet verzekerd."), _("Vul {from} of een latere dag in."),
        ),
        "first_day_not_insured": (
            _("Op die dag is de deelnemer niet verzekerd."), _("Vul een dag in van {from} t/m {until}."),
        ),
        "institution_missing": (
            _("De zorgverzekeraar in het woonland ontbreekt."),
            _("Kies bij wie de deelnemer of het gezin daar is of wordt ingeschreven; de deelnemer weet dat."),
        ),
        "not_verified": (
            _("Het adres is nog niet geverifieerd."),
            _("Loop het adres na met de deelnemer, en vink dat hier aan."),
        ),
        "already_allowed": (_("Een nieuwe aanvraag is al toegestaan."), _("U hoeft niets meer te doen.")),
        "still_with_us": (
            _("Deze aanvraag is nog niet afgehandeld."), _("Beslis eerst de zaak, of wacht tot EESSI hem heeft."),
        ),
    }  # fmt: skip


def said(refusal: Refusal, brand: Brand, country: str) -> str:
    """Why not, and what to do."""
    given = Shown({name: shown_value(value) for name, value in refusal.params.items()})
    given |= {"mail": brand.abroad.mail, "country": called(country)}
    return " ".join(text.format_map(given) for text in refusals()[refusal.code])


def called(country: str) -> str:
    """What a country is called in the language of the page."""
    return name_of(country, get_language() or "nl")


def institution_reasons() -> Mapping[str, str]:
    """Why an institution abroad did not register somebody, by its code (docs/abroad.md)."""
    return {
        "unknown_person": _("De zorgverzekeraar in {country} kent deze persoon niet."),
        "not_resident": _("Volgens de zorgverzekeraar in {country} woont deze persoon daar niet."),
        "insured_there": _("Deze persoon is in {country} zelf al verzekerd."),
        "incomplete": _("De zorgverzekeraar in {country} mist gegevens."),
        "other": _("De zorgverzekeraar in {country} heeft het formulier afgewezen."),
    }


def state_of(view: S1View) -> tuple[str, str]:
    """Where a request stands, and its colour."""
    return {
        State.ASKED: (_("Aangevraagd"), "info"),
        State.SENT: (_("Aangevraagd"), "info"),
        State.CONFIRMED: (_("Ingeschreven"), "success"),
        State.ISSUED: (_("Klaar om te downloaden"), "success"),
        State.REFUSED: (_("Afgewezen"), "danger"),
    }[view.state]


def about(view: S1View) -> list[str]:
    """What there is to know of a request: what was asked, what came of it, and what one does."""
    day = dutch(timezone.localdate(view.asked_at))
    given = Shown({"form": view.form, "country": called(view.country), "day": day, "institution": view.institution})
    asked = _("{form} voor {country}, aangevraagd op {day}.")
    return [line.format_map(given) for line in (asked, *_came_of_it(view))]


def _came_of_it(view: S1View) -> list[str]:
    if view.due_on is not None:
        return [_("Uiterlijk op {day} staat het hier.").format(day=dutch(view.due_on))]
    match view.state:
        case State.ASKED:
            return [_("Het wordt verstuurd aan {institution}. U hoeft niets te doen.")]
        case State.SENT:
            return [_("Het is verstuurd aan {institution}; wij wachten op antwoord. U hoeft niets te doen.")]
        case State.CONFIRMED:
            return [_("{institution} heeft de inschrijving bevestigd. U hoeft niets te doen.")]
        case State.ISSUED:
            return [_("Download het en geef het aan de deelnemer, voor de zorgverzekeraar in {country}.")]
    if view.way == Way.EESSI:
        reasons = institution_reasons()
        return [reasons.get(view.reason_code, reasons["other"]), *_quoted(view.reason)]
    return [_("Reden: {reason}").format(reason=_bare(view.reason))]


def _quoted(text: str) -> list[str]:
    return [f"“{_bare(text)}”"] if text else []


def _bare(text: str) -> str:
    """Words of others as they are, in a sentence that is still to be filled in."""
    return text.replace("{", "{{").replace("}", "}}")

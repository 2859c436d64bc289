"""What keeps somebody out, why they were refused, and how far a reset is, in words for who is on the telephone."""

from __future__ import annotations

from datetime import datetime

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from collectief.access.reset_rules import ResetState, Why
from collectief.access.why_not import Cause, Finding

STATES = {
    ResetState.ASKED: (gettext_lazy("Wacht op een tweede medewerker"), "warning"),
    ResetState.WAITING: (gettext_lazy("Goedgekeurd, wachttijd loopt"), "info"),
    ResetState.REFUSED: (gettext_lazy("Afgewezen"), "danger"),
    ResetState.STOPPED: (gettext_lazy("Gestopt"), "neutral"),
    ResetState.DONE: (gettext_lazy("Uitgevoerd"), "success"),
}
STOPPED = {
    Why.BY_OWNER: gettext_lazy("De gebruiker heeft het gestopt met de link uit een bericht. Vraag na wie er belde."),
    Why.BY_DESK: gettext_lazy("De helpdesk heeft het gestopt."),
    Why.SIGNED_IN: gettext_lazy("De gebruiker heeft intussen ingelogd, en heeft dit dus niet nodig."),
    Why.ADDRESS_CHANGED: gettext_lazy("Het e-mailadres is intussen gewijzigd."),
    Why.PASSWORD_CHANGED: gettext_lazy("Het wachtwoord is intussen gewijzigd."),
    Why.ACCOUNT_CLOSED: gettext_lazy("Het account of de toegang is intussen gesloten."),
    Why.NOTHING_LEFT: gettext_lazy("Er was intussen niets meer om los te koppelen."),
    Why.STAFF_GONE: gettext_lazy("Een van de twee medewerkers werkt niet meer bij de helpdesk."),
    Why.TOO_LATE: gettext_lazy("Er is niet binnen drie dagen over beslist."),
}


def finding_words(found: Finding) -> tuple[str, str]:
    """What stands in the way, and what to do. A test sees to it that every cause has words."""
    what, remedy = _causes()[found.cause]
    given = {
        "organisation": found.organisation, "until": moment(found.until), "portals": ", ".join(found.portals),
        "level": found.level, "needed": found.needed,
    }  # fmt: skip
    return what.format_map(given), remedy.format_map(given)


def moment(at: datetime | None) -> str:
    """A moment as it is told on the telephone; empty when there is none."""
    return timezone.localtime(at).strftime("%d-%m-%Y %H:%M") if at else ""


def refusal_words(code: str) -> str:
    """Why somebody was not let in, by the code in the trail; the code itself when it is new."""
    return _refusals().get(code, code)


def _causes() -> dict[Cause, tuple[str, str]]:
    manager = _("Alleen de accountbeheerder of hoofdgebruiker van de organisatie kan dit wijzigen: verwijs daarheen.")
    return {
        Cause.ACCOUNT_CLOSED: (
            _("Het hele account is gesloten."),
            _("Daar was een reden voor. Overleg met kantoorbeheer."),
        ),
        Cause.NO_PLACE: (
            _("Deze gebruiker heeft bij geen enkele organisatie toegang."),
            _("De accountbeheerder van de organisatie kan iemand uitnodigen."),
        ),
        Cause.UNDELIVERABLE: (
            _("De uitnodiging voor {organisation} is niet aangekomen: het e-mailadres bestaat niet."),
            _("Laat de accountbeheerder de uitnodiging intrekken en een nieuwe sturen naar het goede adres."),
        ),
        Cause.INVITED: (
            _("De uitnodiging voor {organisation} is nog niet gebruikt. Die is geldig tot {until}."),
            _(
                "Laat zoeken in de mail, ook bij ongewenste mail. Niet te vinden? Verstuur de uitnodiging hieronder"
                " opnieuw."
            ),
        ),
        Cause.EXPIRED: (
            _("De uitnodiging voor {organisation} is verlopen voordat die gebruikt is."),
            _("Verstuur de uitnodiging hieronder opnieuw: dan is die weer 14 dagen geldig."),
        ),
        Cause.REVOKED: (_("De uitnodiging voor {organisation} is ingetrokken."), manager),
        Cause.PLACE_CLOSED: (_("De toegang tot {organisation} is beëindigd door de organisatie zelf."), manager),
        Cause.LOCKED: (
            _("Er is te vaak iets verkeerds ingevuld. Inloggen kan weer om {until}."),
            _(
                "Wacht tot dan: wij kunnen dat niet versnellen. Lukt het dan nog niet, laat dan een nieuw wachtwoord"
                " aanvragen."
            ),
        ),
        Cause.LEVEL_TOO_LOW: (
            _("Het eHerkenningsmiddel had niveau {level}, en {needed} of hoger is nodig."),
            _("De gebruiker vraagt bij de eigen leverancier van eHerkenning een middel aan van dat niveau."),
        ),
        Cause.NOT_LINKED: (
            _("Bij {organisation} is nog geen eHerkenning gekoppeld."),
            _("Deze toegang is buiten een uitnodiging om gegeven. Overleg met kantoorbeheer."),
        ),
        Cause.NO_PASSWORD: (
            _("Er is nog geen wachtwoord gekozen."),
            _("Dat hoort niet voor te komen na een gebruikte uitnodiging. Overleg met kantoorbeheer."),
        ),
        Cause.NO_FACTOR: (
            _("Er is nog geen tweede stap ingesteld."),
            _("Na het wachtwoord vraagt het portaal daarom: loop de stappen samen door."),
        ),
        Cause.RESET_RUNNING: (
            _("Er loopt al een verzoek om de tweede stap los te koppelen."),
            _("Zie het verzoek onderaan deze pagina."),
        ),
        Cause.ELSEWHERE: (
            _("Deze gebruiker heeft alleen toegang tot {portals}."),
            _("Vraag op welk adres wordt ingelogd: op onze andere portalen is er geen account."),
        ),
        Cause.NOTHING: (
            _("Wij zien niets dat inloggen in de weg staat."),
            _("Vraag wat er op het scherm staat, en kijk hieronder wat er de laatste keren misging."),
        ),
    }


def _refusals() -> dict[str, str]:
    return {
        "wrong_password": _("Verkeerd wachtwoord"),
        "wrong_code": _("Verkeerde of al gebruikte code uit de app"),
        "wrong_sent_code": _("Verkeerde of verlopen code uit een sms"),
        "wrong_recovery_code": _("Verkeerde of al gebruikte herstelcode"),
        "wrong_passkey": _("Passkey niet herkend"),
        "weak_passkey": _("Passkey met een te kleine sleutel"),
        "already_linked": _("Er was al een tweede stap ingesteld"),
        "too_many_tries": _("Te vaak iets verkeerds ingevuld"),
        "level_too_low": _("Niveau van eHerkenning te laag"),
        "other_branch": _("eHerkenning geldt alleen voor een andere vestiging"),
        "account_inactive": _("Account of toegang gesloten"),
        "no_account": _("Geen account in dit portaal"),
        "no_longer": _("Geen toegang meer"),
        "invitation_over": _("Uitnodiging gebruikt, ingetrokken of verlopen"),
        "identity_taken": _("eHerkenning is al van een collega"),
        "work_account_taken": _("Werkaccount is al van een collega"),
        "use_work_account": _("Account is gekoppeld aan een werkaccount"),
        "no_second_factor": _("Werkaccount zonder tweede factor"),
        "other_company": _("eHerkenning is van een ander bedrijf"),
    }

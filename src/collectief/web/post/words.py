"""Letters on paper, in the words of the screen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from collectief.documents.rules import shown
from collectief.policies.cards import CardProblem
from collectief.policies.posting import Problem
from collectief.post.queries import ConsignmentView
from collectief.post.rules import Again, Returned, State, To

from ..check_document import kinds

STATES: Mapping[State, tuple[str | Promise, str]] = {
    State.WAITING: (gettext_lazy("Wacht op de drukker"), "info"),
    State.HANDED_OVER: (gettext_lazy("Bij de drukker"), "info"),
    State.POSTED: (gettext_lazy("Verstuurd"), "success"),
    State.REFUSED: (gettext_lazy("Niet te drukken"), "danger"),
    State.RETURNED: (gettext_lazy("Retour"), "warning"),
}
TO: Mapping[To, str | Promise] = {
    To.ORGANISATION: gettext_lazy("De organisatie"),
    To.PARTICIPANT: gettext_lazy("De verzekerde thuis"),
}
WHY: Mapping[Returned, str | Promise] = {
    Returned.UNKNOWN: gettext_lazy("Onbekend op dit adres"),
    Returned.MOVED: gettext_lazy("Verhuisd"),
    Returned.NOT_ACCEPTED: gettext_lazy("Geweigerd"),
    Returned.NOT_COLLECTED: gettext_lazy("Niet afgehaald"),
    Returned.OTHER: gettext_lazy("Anders"),
}

AGAIN: Mapping[Again, str | Promise] = {
    Again.ADDRESS_MENDED: gettext_lazy("Het adres is verbeterd"),
    Again.ADDRESS_RIGHT: gettext_lazy("Het adres klopte: nog eens proberen"),
    Again.PRINTABLE_NOW: gettext_lazy("De drukker kan de brief nu wel drukken"),
    Again.OTHER: gettext_lazy("Anders"),
}


@dataclass(frozen=True, slots=True)
class Line:
    """A letter on paper, as it is drawn."""

    view: ConsignmentView
    number: str
    kind: str
    to: str
    state: str
    colour: str
    why: str
    # Why it is a letter once more, where it is.
    again: str


def line(view: ConsignmentView) -> Line:
    """A letter in words."""
    state, colour = STATES[view.state]
    why = str(WHY[view.returned_why]) if view.returned_why else ""
    again = str(AGAIN[view.again_why]) if view.again_why else ""
    return Line(view, shown(view.number), kinds()[view.kind], str(TO[view.to]), str(state), colour, why, again)


PROBLEMS: Mapping[CardProblem, str | Promise] = {
    CardProblem.NO_ADDRESS: gettext_lazy("Er is geen postadres bekend"),
    CardProblem.NOT_SET: gettext_lazy("De pas kon niet gemaakt worden"),
}

SCHEDULE_PROBLEMS: Mapping[Problem, str | Promise] = {
    Problem.NO_ADDRESS: gettext_lazy("Van de verzekeringnemer is geen woonadres bekend"),
    Problem.NO_PREMIUM: gettext_lazy("De premie is nog niet vastgesteld"),
    Problem.NOT_SET: gettext_lazy("Het polisblad kon niet gemaakt worden"),
}


def refusal(code: str) -> str:
    """Why it cannot be done or noted so."""
    return {
        "cards_too_early": _("De passen van dat jaar kunnen vanaf 15 november verstrekt worden."),
        "cards_too_late": _("Dat jaar is voorbij: passen van dat jaar zijn niet meer geldig."),
        "returned_already": _("Dit is al gemeld."),
        "never_sent": _("Deze brief is niet verstuurd. Controleer het nummer."),
        "returned_in_the_future": _("Deze dag is nog niet geweest. Vul de dag in waarop de brief terugkwam."),
        "again_already": _("Deze brief is al opnieuw verstuurd."),
        "under_way": _("Deze brief is nog onderweg. Opnieuw versturen kan als hij geweigerd is of terugkwam."),
        "card_over": _("Deze pas is niet meer geldig en wordt daarom niet opnieuw verstuurd."),
        "no_cards_here": _("Deze klant krijgt geen passen. De pas wordt daarom niet opnieuw verstuurd."),
        "not_insured_now": _("Degene van deze brief is niet meer verzekerd. Hij wordt daarom niet opnieuw verstuurd."),
        "no_address_now": _("Er is geen postadres bekend. Vul eerst het adres aan, en verstuur de brief dan opnieuw."),
        "no_premium_now": _("De premie is nog niet vastgesteld. Verstuur de brief opnieuw als dat is gebeurd."),
        "no_portal": _("Voor deze klant is er geen portaal. De brief wordt daarom niet opnieuw verstuurd."),
        "not_set": _("De brief kon niet gemaakt worden. De beheerder vindt de oorzaak in het logboek."),
        "returned_before_sent": _("Deze dag ligt voor het versturen. Vul de dag in waarop de brief terugkwam."),
    }[code]

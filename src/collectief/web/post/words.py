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
from collectief.post.rules import Returned, State, To

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


def line(view: ConsignmentView) -> Line:
    """A letter in words."""
    state, colour = STATES[view.state]
    why = str(WHY[view.returned_why]) if view.returned_why else ""
    return Line(view, shown(view.number), kinds()[view.kind], str(TO[view.to]), str(state), colour, why)


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
        "returned_before_sent": _("Deze dag ligt voor het versturen. Vul de dag in waarop de brief terugkwam."),
    }[code]

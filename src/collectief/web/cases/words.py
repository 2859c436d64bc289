"""Cases in the words of the screen: terms, decisions, and why something cannot be done."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from collectief.cases.queries import CaseView
from collectief.cases.rules import Decision, registry

from ..words import Shown

# A decision, and the colour of its label.
DECISIONS = {
    Decision.APPROVED: (gettext_lazy("Goedgekeurd"), "success"),
    Decision.REFUSED: (gettext_lazy("Geweigerd"), "danger"),
    Decision.WITHDRAWN: (gettext_lazy("Ingetrokken"), "neutral"),
}


@dataclass(frozen=True, slots=True)
class Line:
    """A case as it is drawn."""

    view: CaseView
    kind: str
    term: str
    colour: str
    decision: str


def line(view: CaseView) -> Line:
    """A case in words."""
    term, colour = _term(view)
    decision = ""
    if view.decision:
        words, colour = DECISIONS[Decision(view.decision)]
        decision = _("Beantwoord") if registry.kind(view.kind).answers else str(words)
    return Line(view, str(registry.kind(view.kind).label), term, colour, decision)


def _term(view: CaseView) -> tuple[str, str]:
    if view.late:
        late = ngettext("{days} werkdag te laat", "{days} werkdagen te laat", -view.days)
        return late.format(days=-view.days), "danger"
    if view.days == 0:
        return _("vandaag"), "warning"
    return ngettext("nog {days} werkdag", "nog {days} werkdagen", view.days).format(days=view.days), "neutral"


def case_refusal(kind: str, code: str, params: Mapping[str, str]) -> tuple[str, str]:
    """Why it cannot be done with a case of this kind, and what to do. A test sees to it that every code has words."""
    words = refusals() | dict(registry.kind(kind).refusals())
    given = Shown({**params, "decision": _decided(params.get("decision", ""))})
    reason, remedy = words[code]
    return reason.format_map(given), remedy.format_map(given)


def _decided(decision: str) -> str:
    return str(DECISIONS[Decision(decision)][0]).lower() if decision else ""


def refusals() -> dict[str, tuple[str, str]]:
    """Reason and remedy by code, for cases of any kind."""
    return {
        "already_decided": (
            _("{by} heeft deze zaak net beslist: {decision}."),
            _("U hoeft niets meer te doen."),
        ),
        "taken": (
            _("{by} is met deze zaak bezig."),
            _("Overleg met uw collega, of neem de zaak over."),
        ),
        "not_yours": (_("U bent niet meer met deze zaak bezig."), _("Teruggeven hoeft niet meer.")),
        "four_eyes": (
            _("U heeft deze zaak zelf geopend."),
            _("Vraag een collega om te beslissen: hiervoor kijken twee mensen."),
        ),
        "reason_missing": (
            _("Zonder reden kan de zaak niet worden geweigerd."),
            _("Schrijf de reden op: de aanvrager leest die."),
        ),
        "answer_missing": (_("Het antwoord is leeg."), _("Schrijf het antwoord op: wie de vraag stelde, leest het.")),
        "no_refusing": (_("Een vraag wordt niet geweigerd."), _("Schrijf een antwoord, ook als het nee is.")),
        "note_missing": (_("De notitie is leeg."), _("Schrijf eerst iets op.")),
        "past_its_term": (
            _("Bij deze zaak worden geen notities meer bewaard: de bewaartermijn is voorbij."),
            _("Schrijf het op bij de zaak waar het nu om gaat."),
        ),
    }

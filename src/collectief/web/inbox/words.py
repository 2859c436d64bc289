"""Messages in the words of the screen: what happened, about whom, and what to do."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from collectief.contracts.queries import ContractView, contracts
from collectief.exports.rules import Which
from collectief.foundation.dates import dutch
from collectief.inbox.facts import About
from collectief.inbox.queries import MessageView
from collectief.reporting.rules import Span
from collectief.scope.scope import Scope
from collectief.segments.profile import Capability, MessageCategory, Permission
from collectief.statements.countries import name_of

from ..exports.words import LISTS
from ..reporting.words import OFFICIAL, list_query, span_words
from ..rich_text import rich
from ..templatetags.look import number
from ..words import Shown, refusal

CATEGORIES: Mapping[MessageCategory, str | Promise] = {
    MessageCategory.TERMINATION_LETTER: gettext_lazy("Beëindigingsbrief"),
    MessageCategory.CONFIRMATION: gettext_lazy("Bevestiging"),
    MessageCategory.REJECTION: gettext_lazy("Afwijzing"),
    MessageCategory.S1: gettext_lazy("S1"),
    MessageCategory.FINANCIAL: gettext_lazy("Financieel"),
    MessageCategory.FLOW: gettext_lazy("In- en uitstroom"),
    MessageCategory.PROCESSING_REPORT: gettext_lazy("Verwerkingsverslag"),
    MessageCategory.INSURANCE_STATEMENT: gettext_lazy("Verzekeringsverklaring"),
    MessageCategory.EXPORT: gettext_lazy("Geplande lijst"),
    MessageCategory.FROM_INSURER: gettext_lazy("Van de verzekeraar"),
}


@dataclass(frozen=True, slots=True)
class Line:
    """A message as it is drawn: its one line, what there is to know beside that, and where it leads."""

    view: MessageView
    category: str
    text: str
    more: tuple[str, ...]
    colour: str
    link: str
    link_text: str
    # What the insurer wrote (K03).
    rich: str = ""


def drawn(views: Sequence[MessageView], scope: Scope) -> list[Line]:
    """Messages in words; asks for the contracts once, and not for none."""
    known = contracts(scope) if views else []
    return [line(view, known, scope) for view in views]


def line(view: MessageView, known: Sequence[ContractView], scope: Scope) -> Line:
    """A message in words. Whose sex nobody told us is called by name alone (docs/messages.md)."""
    numbers = {contract.id: contract.number for contract in known}
    named = [numbers[id_] for id_ in view.contracts if id_ in numbers] or [str(view.facts.get("contract", "–"))]
    given = {
        "name": view.name or "–", "contract": named[0], "from_contract": named[-1],
        "file": view.facts.get("file", "–"), "year": view.facts.get("year", "–"),
        "form": view.facts.get("form", "–"), "country": _country(view.facts.get("country", "")),
        "title": _said(view.facts.get("title")), "month": _month(view.facts.get("month")),
        "list": LISTS[Which(view.facts["list"])] if view.about == About.EXPORT else "–",
        "asked_on": _day(view.facts["asked_on"]) if "asked_on" in view.facts else "–",
    }  # fmt: skip
    text = str(texts().get(view.code, _("Bericht"))).format_map(Shown(given))
    link, link_text = _link(view, scope)
    return Line(
        view, str(CATEGORIES[view.category]), text, tuple(_more(view)), _colour(view.code), link, link_text,
        rich(_said(view.facts["text"])) if view.about == About.NEWS and "text" in view.facts else "",
    )  # fmt: skip


def texts() -> dict[str, str]:
    """The one line of every code there is."""
    return {
        "enrol.processed": _("Aanmelding {name} voor contract {contract} ontvangen"),
        "enrol.waiting": _("Aanmelding {name} voor contract {contract} ontvangen"),
        "enrol.decided": _("Aanmelding {name} voor contract {contract} verwerkt"),
        "enrol.rejected": _("Aanmelding {name} voor contract {contract} afgewezen"),
        "enrol.withdrawn": _("Aanmelding {name} voor contract {contract} ingetrokken"),
        "terminate.processed": _("Afmelding {name} voor contract {contract} ontvangen"),
        "terminate.waiting": _("Afmelding {name} voor contract {contract} ontvangen"),
        "terminate.decided": _("Afmelding {name} voor contract {contract} verwerkt"),
        "terminate.rejected": _("Afmelding {name} voor contract {contract} afgewezen"),
        "terminate.withdrawn": _("Afmelding {name} voor contract {contract} ingetrokken"),
        "re_enrol.processed": _("Her-aanmelding {name} voor contract {contract} ontvangen"),
        "re_enrol.waiting": _("Her-aanmelding {name} voor contract {contract} ontvangen"),
        "re_enrol.decided": _("Her-aanmelding {name} voor contract {contract} verwerkt"),
        "re_enrol.rejected": _("Her-aanmelding {name} voor contract {contract} afgewezen"),
        "re_enrol.withdrawn": _("Her-aanmelding {name} voor contract {contract} ingetrokken"),
        "transfer.processed": _("Overzetten {name} van contract {from_contract} naar contract {contract} ontvangen"),
        "transfer.waiting": _("Overzetten {name} van contract {from_contract} naar contract {contract} ontvangen"),
        "transfer.decided": _("Overzetten {name} van contract {from_contract} naar contract {contract} verwerkt"),
        # What was refused may name only the contract that somebody would go to.
        "transfer.rejected": _("Overzetten {name} naar een ander contract afgewezen"),
        "transfer.withdrawn": _("Overzetten {name} naar een ander contract ingetrokken"),
        "reverse.processed": _("Wijziging van {name} voor contract {contract} ongedaan gemaakt"),
        "reverse.waiting": _("Verzoek ontvangen om een wijziging van {name} ongedaan te maken"),
        "reverse.decided": _("Wijziging van {name} voor contract {contract} ongedaan gemaakt"),
        "reverse.rejected": _("Wijziging van {name} kon niet ongedaan worden gemaakt"),
        "reverse.withdrawn": _("Verzoek ingetrokken om een wijziging van {name} ongedaan te maken"),
        "letter.termination": _("De beëindigingsbrief van {name} staat klaar"),
        "flow.fixed": _("De in- en uitstroomlijst van {month} voor contract {contract} is vastgesteld"),
        "deductible.ready": _("Het overzicht eigen risico verbruik van {year} staat klaar"),
        "letter.statement": _("Er is een verzekeringsverklaring van {name} gemaakt"),
        "statement.ready": _("De verzekeringsverklaring van {name} is te downloaden"),
        "s1.confirmed": _("{name} is in {country} ingeschreven met formulier {form}"),
        "s1.issued": _("Formulier {form} van {name} voor {country} staat klaar"),
        "s1.refused": _("Formulier {form} van {name} voor {country} is afgewezen"),
        "question.answered": _("Uw vraag van {asked_on} is beantwoord"),
        "export.ready": _("Uw geplande lijst staat klaar: {list}"),
        "export.stopped": _("Uw geplande lijst wordt niet meer gemaakt: {list}"),
        "plan.due": _("Het bestand {file} wacht nog op uw akkoord"),
        "batch.done": _("Het bestand {file} is verwerkt"),
        "batch.refused": _("Het bestand {file} kon niet worden gelezen"),
        "batch.stopped": _("De verwerking van het bestand {file} is gestopt"),
        "news": "{title}",
    }


def _colour(code: str) -> str:
    came_to = code.partition(".")[2]
    if came_to == "due":
        return "warning"
    if came_to in ("rejected", "refused", "stopped"):
        return "danger"
    return "success" if came_to not in ("", "waiting", "withdrawn") else "info"


def _more(view: MessageView) -> list[str]:
    """What there is to know beside the one line."""
    facts, said = view.facts, []
    if view.code.endswith(".waiting"):
        said.append(_("We controleren de gegevens bij de Basisregistratie Personen (BRP)."))
    if view.code == "s1.refused":
        said.append(_("De reden staat op de pagina van de deelnemer."))
    if facts.get("refused"):
        said += refusal(facts["refused"], facts.get("params", {}))
    if facts.get("first_day"):
        said.append(_("Ingangsdatum: {day}").format(day=_day(facts["first_day"])))
    if facts.get("last_day"):
        said.append(_("Einddatum (t/m): {day}").format(day=_day(facts["last_day"])))
    if facts.get("as_of"):
        said.append(_("Peildatum: {day}").format(day=_day(facts["as_of"])))
    if facts.get("until"):
        said.append(_("Regels: {what}").format(what=number(facts["lines"])))
        said.append(_("Op te halen t/m: {day}").format(day=_day(facts["until"])))
    if facts.get("expires"):
        ends = _("Zonder akkoord vervalt het op {day}; er verandert dan niets.")
        said.append(ends.format(day=_day(facts["expires"])))
    if facts.get("outcomes"):
        said.append(_outcomes(facts["outcomes"]))
    return said


def _outcomes(counts: Mapping[str, int]) -> str:
    """How many rows came to what; nothing is said of what none came to."""
    words = {
        "processed": _("{count} verwerkt"), "unchanged": _("{count} al zo"), "rejected": _("{count} afgewezen"),
        "changed_since": _("{count} intussen anders geworden"), "not_accepted": _("{count} niet uitgevoerd"),
    }  # fmt: skip
    parts = [words[kind].format(count=number(counts[kind])) for kind in words if counts.get(kind)]
    return _("Regels: {what}").format(what=", ".join(parts) or "0")


@dataclass(frozen=True, slots=True)
class _Lead:
    """Where messages about something lead, and what one must hold to go there."""

    text: str | Promise
    permission: Permission
    address: Callable[[MessageView], str]
    capability: Capability | None = None


def _page_of(name: str) -> Callable[[MessageView], str]:
    """The page whose address has the number of what a message is about."""
    return lambda view: reverse(name, args=[view.about_id])


def _fixed_list(view: MessageView) -> str:
    return reverse("flow_list") + list_query(view.facts["contract"], view.facts["month"], stand=OFFICIAL)


def _answer(view: MessageView) -> str:
    """The question on Contact, where its answer stands."""
    return f"{reverse('contact')}#vraag-{view.about_id}"


def _exports(view: MessageView) -> str:
    """Where every list that is ready stands."""
    return reverse("exports")


_LEADS: Mapping[About, _Lead] = {
    About.MUTATION: _Lead(gettext_lazy("Naar de wijziging"), Permission.SEE_PARTICIPANTS, _page_of("mutation")),
    About.PARTICIPANT: _Lead(gettext_lazy("Naar de deelnemer"), Permission.SEE_PARTICIPANTS, _page_of("participant")),
    About.DEDUCTIBLE: _Lead(
        gettext_lazy("Naar het overzicht"),
        Permission.SEE_DEDUCTIBLE_USE,
        _page_of("deductible_use_of"),
        Capability.DEDUCTIBLE_USE,
    ),
    About.BATCH: _Lead(
        gettext_lazy("Naar het bestand"), Permission.UPLOAD_MUTATIONS, _page_of("upload"), Capability.BULK_UPLOAD
    ),
    About.FLOW_LIST: _Lead(
        gettext_lazy("Naar de lijst"), Permission.SEE_PARTICIPANTS, _fixed_list, Capability.FLOW_LISTS
    ),
    About.EXPORT: _Lead(
        gettext_lazy("Naar uw geplande lijsten"), Permission.SEE_PARTICIPANTS, _exports, Capability.SCHEDULED_EXPORTS
    ),
    About.QUESTION: _Lead(
        gettext_lazy("Naar het antwoord"), Permission.SEE_DASHBOARD, _answer, Capability.ASK_QUESTIONS
    ),
}


def _link(view: MessageView, scope: Scope) -> tuple[str, str]:
    """Where a message leads, for who may go there."""
    lead = _LEADS.get(view.about)
    if lead is None or not scope.may(lead.permission, lead.capability):
        return "", ""
    return lead.address(view), str(lead.text)


def _country(code: str) -> str:
    """A country in the language of the page."""
    return name_of(code, get_language() or "nl") or "–"


def _said(texts: Mapping[str, str] | None) -> str:
    """What the insurer wrote, in the language of the page."""
    return (texts or {}).get(get_language() or "nl", "–")


def _month(code: str | None) -> str:
    """oktober 2026, of 2026-10."""
    return span_words(Span.month(date.fromisoformat(f"{code}-01"))) if code else "–"


def _day(text: Any) -> str:
    return dutch(date.fromisoformat(text))

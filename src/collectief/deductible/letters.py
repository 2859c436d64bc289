"""The yearly overview of one participant as a letter (U25)."""

from __future__ import annotations

from django.utils.translation import gettext as _

from collectief.documents.rules import Letter, LetterKind, Part
from collectief.foundation.dates import BirthDate, dutch

from .queries import UseLine
from .rules import is_final


def yearly_overview(line: UseLine, insurer: str, organisation: str) -> Letter:
    """What somebody has used of the deductible in a year, as it was on a day."""
    use = line.use
    facts = (
        (_("Verzekerde"), str(line.name)),
        *(((_("Geboortedatum"), BirthDate.parse(line.birth_date).dutch),) if line.birth_date else ()),
        (_("Relatienummer"), line.relation_number),
        (_("Verzekeraar"), insurer),
        (_("Via"), organisation),
        (_("Jaar"), str(use.year)),
        (_("Peildatum"), dutch(use.as_of)),
    )
    rows = (
        (_("Eigen risico"), use.deductible.dutch),
        (_("Verbruikt"), use.used.dutch),
    )
    said = [
        _("Nota's die na de peildatum zijn verwerkt, tellen nog niet mee.")
        if is_final(use.year, use.as_of)
        else _("Het jaar was op de peildatum nog niet voorbij. Het verbruik kan nog oplopen."),
        _("Dit overzicht zegt niet voor welke zorg het eigen risico is gebruikt."),
    ]
    part = Part(
        _("Verbruik van het eigen risico"),
        (_("Wat"), _("Bedrag")),
        rows,
        (_("Resterend"), use.remaining.dutch),
        tuple(said),
    )
    says = {
        "year": use.year, "deductible": use.deductible.cents, "used": use.used.cents, "as_of": use.as_of.isoformat(),
    }  # fmt: skip
    title = _("Jaaroverzicht eigen risico {year}").format(year=use.year)
    return Letter(LetterKind.DEDUCTIBLE, title, facts, (part,), says)

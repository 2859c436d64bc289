"""What a row of an upload can ask, the columns of the template, and what to fill in (U21)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from collectief.foundation.names import search_key
from collectief.segments.profile import SegmentProfile, TerminationReason

TEMPLATE_VERSION = "2026-1"
# Begins the version mark in every language: files travel between colleagues.
MARK_WORD = "Sjabloon "

ENROL, TERMINATE, CHANGE_REFERENCE = "enrol", "terminate", "change_reference"


@dataclass(frozen=True, slots=True)
class Action:
    """What a row can ask: its code (a `Kind` of enrolment), what it is called, and which columns it takes."""

    code: str
    dutch: str
    english: str
    # What else people type for it.
    aliases: tuple[str, ...]
    # The columns that may not be empty.
    required: tuple[str, ...]
    # One of these says whom a row is about.
    named_by: tuple[str, ...]

    def label(self, language: str) -> str:
        return self.dutch if language == "nl" else self.english

    @property
    def names(self) -> frozenset[str]:
        """Everything that may stand in the action column for it, as `search_key` sees it."""
        return frozenset(search_key(name) for name in (self.dutch, self.english, self.code, *self.aliases))


# By their code, in the order of the drop-down. How to add one: docs/recipes.md.
ACTIONS: Mapping[str, Action] = {
    action.code: action
    for action in (
        Action(
            ENROL, "Aanmelden", "Enrol", ("a", "aan"),
            required=("bsn", "initials", "surname", "birth_date", "first_day"), named_by=("bsn",),
        ),
        Action(
            TERMINATE, "Afmelden", "Terminate", ("af",),
            required=("last_day", "reason"), named_by=("bsn", "relation_number", "external_reference"),
        ),
        Action(
            CHANGE_REFERENCE, "Wijzigen referentie", "Change reference", ("referentie",),
            required=("external_reference",), named_by=("bsn", "relation_number"),
        ),
    )
}  # fmt: skip
# What may stand in the action column, and what it asks.
ACTION_NAMES: Mapping[str, str] = {name: action.code for action in ACTIONS.values() for name in action.names}


def _one_of_them(language: str, either: str) -> str:
    *labels, last = (action.label(language) for action in ACTIONS.values())
    return f"{', '.join(labels)} {either} {last}"


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its key in our words, its header in Dutch and English, and what to fill in."""

    key: str
    dutch: str
    english: str
    # text, bsn, birth (day or month may be 00), day, or choice.
    kind: str
    dutch_hint: str
    english_hint: str
    aliases: tuple[str, ...] = ()
    width: int = 16

    def header(self, language: str) -> str:
        return self.dutch if language == "nl" else self.english

    def hint(self, language: str) -> str:
        return self.dutch_hint if language == "nl" else self.english_hint

    @property
    def names(self) -> frozenset[str]:
        """Everything this column may be called, as `search_key` sees it."""
        return frozenset(search_key(name) for name in (self.dutch, self.english, self.key, *self.aliases))


@dataclass(frozen=True, slots=True)
class Template:
    """The template of a segment: its columns in order, and the reasons for leaving one can choose from."""

    columns: tuple[Column, ...]
    reasons: tuple[TerminationReason, ...]
    version: str = TEMPLATE_VERSION

    @property
    def mark(self) -> str:
        """What stands above the headers, so that a file of an older template is known."""
        return f"{MARK_WORD}{self.version}"


COLUMNS = (
    Column(
        "action", "Actie", "Action", "choice",
        f"Kies {_one_of_them('nl', 'of')}.", f"Choose {_one_of_them('en', 'or')}.",
        ("Soort", "Mutatie"),
    ),
    Column(
        "contract", "Contractnummer", "Contract number", "text",
        "Alleen nodig als u meer contracten heeft en er bij het versturen geen kiest.",
        "Only needed when you have several contracts and choose none when sending.",
        ("Contract", "Contractnr", "Collectiviteitsnummer", "Collectiviteitsnr", "Collectiviteit"),
    ),
    Column(
        "bsn", "BSN", "BSN", "bsn",
        "Verplicht bij aanmelden. Negen cijfers; een nul vooraan mag niet ontbreken.",
        "Required to enrol. Nine digits, with any leading zero.",
        ("Burgerservicenummer", "Sofinummer"),
    ),
    Column(
        "relation_number", "Relatienummer", "Relation number", "text",
        "Bij afmelden of wijzigen: het nummer uit de lijst Huidige deelnemers.",
        "To terminate or change: the number in the list Current participants.",
        ("Relatienr",),
    ),
    Column(
        "external_reference", "Extern referentienummer", "External reference", "text",
        "Uw eigen nummer, bijvoorbeeld het personeelsnummer. Bij Wijzigen referentie: het nieuwe nummer.",
        "Your own number, such as the payroll number. To change a reference: the new number.",
        ("Externe referentie", "Personeelsnummer", "Referentie"), 20,
    ),
    Column(
        "initials", "Voorletters", "Initials", "text",
        "Verplicht bij aanmelden, bijvoorbeeld A.J.", "Required to enrol, for example A.J.",
        ("Initialen",),
    ),
    Column(
        "prefix", "Voorvoegsel", "Prefix", "text",
        "Bijvoorbeeld van der. Leeg laten als er geen is.", "For example van der. Leave empty when there is none.",
        ("Tussenvoegsel", "Voorvoegsels"),
    ),
    Column(
        "surname", "Achternaam", "Surname", "text",
        "Verplicht bij aanmelden, zoals op het paspoort of de ID-kaart.",
        "Required to enrol, as in the passport or on the identity card.",
        ("Geslachtsnaam", "Naam"), 24,
    ),
    Column(
        "birth_date", "Geboortedatum", "Birth date", "birth",
        "Verplicht bij aanmelden: dd-mm-jjjj. Dag of maand onbekend: 00.",
        "Required to enrol: dd-mm-yyyy. Day or month unknown: 00.",
    ),
    Column(
        "first_day", "Ingangsdatum", "Start date", "day",
        "Verplicht bij aanmelden: de eerste dag, dd-mm-jjjj.", "Required to enrol: the first day, dd-mm-yyyy.",
        ("Begindatum", "Startdatum"),
    ),
    Column(
        "last_day", "Einddatum (t/m)", "End date (inclusive)", "day",
        "Verplicht bij afmelden: de laatste dag waarop de deelnemer is ingeschreven, dd-mm-jjjj.",
        "Required to terminate: the last day of enrolment, dd-mm-yyyy.",
        ("Einddatum", "Datum uit dienst"),
    ),
    Column(
        "reason", "Reden", "Reason", "choice",
        "Verplicht bij afmelden: kies een reden uit de lijst.", "Required to terminate: choose from the list.",
        ("Reden afmelden",), 24,
    ),
    Column("country", "Land", "Country", "text", "Niet verplicht.", "Optional."),
    Column(
        "street", "Straat", "Street", "text",
        "Niet verplicht. Voor een S1-formulier is later het volledige woonadres in het thuisland nodig.",
        "Optional. An S1 form later needs the full home address in the country of origin.",
        (), 24,
    ),
    Column("house_number", "Huisnummer", "House number", "text", "Niet verplicht.", "Optional.", ("Huisnr",)),
    Column("postcode", "Postcode", "Postcode", "text", "Niet verplicht.", "Optional."),
    Column("city", "Woonplaats", "City", "text", "Niet verplicht.", "Optional.", ("Plaats",), 20),
)  # fmt: skip


def template_for(profile: SegmentProfile) -> Template:
    """The template of a segment. Raises KeyError when its profile names a column there is not."""
    known = {column.key: column for column in COLUMNS}
    return Template(tuple(known[key] for key in profile.upload_columns), profile.termination_reasons)

"""What a row of an upload can ask, the columns of the template, and what to fill in (U21)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from collectief.foundation.names import search_key
from collectief.segments.profile import TerminationReason

# Changes when a file of before would be read otherwise than it was meant; not with what a portal hands out of it.
TEMPLATE_VERSION = "2026-1"
# Begins the version mark in every language: files travel between colleagues.
MARK_WORD = "Sjabloon "

ENROL, TERMINATE, CHANGE_REFERENCE = "enrol", "terminate", "change_reference"
# The columns that whatever a row asks takes.
OF_EVERY_ROW = ("action", "contract")
# What may stand beside the number that says whom a row is about: then it is seen to be theirs.
_SEEN_TO_BE_THEIRS = ("initials", "prefix", "surname", "birth_date")


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
    # What else it takes.
    optional: tuple[str, ...]
    # What it does and how it is filled in, for the sheet with instructions.
    dutch_told: str
    english_told: str
    # Of what it takes besides: what makes another wish of it, such as a last day. Whoever fills that in does not do
    # without (`headers.missing`).
    altered_by: tuple[str, ...] = ()

    def label(self, language: str) -> str:
        return self.dutch if language == "nl" else self.english

    def told(self, language: str) -> str:
        return self.dutch_told if language == "nl" else self.english_told

    @property
    def columns(self) -> frozenset[str]:
        """The keys of all columns it takes."""
        return frozenset((*OF_EVERY_ROW, *self.required, *self.named_by, *self.optional))

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
            optional=(
                "external_reference", "prefix", "last_day", "country", "street", "house_number", "postcode", "city",
            ),
            dutch_told="meldt iemand aan voor de collectiviteit en voor de zorgverzekering. De gegevens moeten "
            "overeenkomen met het paspoort of de ID-kaart: wij controleren ze bij de Basisregistratie Personen (BRP).",
            english_told="somebody joins the group contract and the health insurance. The data must agree with the "
            "passport or identity card: we check them with the register of persons (BRP).",
            altered_by=("last_day", "external_reference"),
        ),
        Action(
            TERMINATE, "Afmelden", "Terminate", ("af",),
            required=("last_day", "reason"), named_by=("bsn", "relation_number", "external_reference"),
            optional=_SEEN_TO_BE_THEIRS,
            dutch_told="beëindigt de deelname aan de collectiviteit en de zorgverzekering. Het BSN, relatienummer of "
            "externe referentienummer is genoeg; een naam of geboortedatum die u erbij invult, moet erbij horen.",
            english_told="ends both the participation in the group contract and the health insurance. The citizen "
            "service number, relation number or external reference is enough; a name or birth date beside it must "
            "belong to it.",
        ),
        Action(
            CHANGE_REFERENCE, "Wijzigen referentie", "Change reference", ("referentie",),
            required=("external_reference",), named_by=("bsn", "relation_number"), optional=_SEEN_TO_BE_THEIRS,
            dutch_told="geeft een deelnemer een ander extern referentienummer. Het BSN of relatienummer is genoeg; een "
            "naam of geboortedatum die u erbij invult, moet erbij horen.",
            english_told="gives a participant another external reference. The citizen service number or relation "
            "number is enough; a name or birth date beside it must belong to it.",
        ),
    )
}  # fmt: skip
# What may stand in the action column, and what it asks.
ACTION_NAMES: Mapping[str, str] = {name: action.code for action in ACTIONS.values() for name in action.names}


def one_of(actions: Iterable[Action], language: str) -> str:
    """What these are called, as a choice: a, b or c."""
    *labels, last = (action.label(language) for action in actions)
    return f"{', '.join(labels)} {'of' if language == 'nl' else 'or'} {last}" if labels else last


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its key in our words, its header in Dutch and English, and what to fill in.

    A hint says `{actions}` for what a row can ask, and `{named}` for what of that names somebody by this column. That
    something requires the column is said before it (`Template.hint`).
    """

    key: str
    dutch: str
    english: str
    # text, bsn, birth (day or month may be 00), day, or choice.
    kind: str
    dutch_hint: str
    english_hint: str
    aliases: tuple[str, ...] = ()
    width: int = 16
    # What is said only where this can be asked, by its code: Dutch and English.
    said: Mapping[str, tuple[str, str]] = field(default_factory=dict)

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
    """The template of a portal: the columns that are read, in order, the reasons for leaving one can choose from, and
    what its rows can ask (`bulk.asking`)."""

    columns: tuple[Column, ...]
    reasons: tuple[TerminationReason, ...]
    actions: tuple[Action, ...]
    version: str = TEMPLATE_VERSION

    @property
    def mark(self) -> str:
        """What stands above the headers, so that a file of an older template is known."""
        return f"{MARK_WORD}{self.version}"

    @property
    def offered(self) -> tuple[Column, ...]:
        """The columns that are handed out: those that what can be asked takes.

        Others are read all the same: a file may be of before, or of another portal.
        """
        taken = frozenset().union(*(action.columns for action in self.actions))
        return tuple(column for column in self.columns if column.key in taken)

    def hint(self, column: Column, language: str) -> str:
        """What to fill in in a column, for what can be asked here."""
        place = 0 if language == "nl" else 1
        required = [action for action in self.actions if column.key in action.required]
        named = [action for action in self.actions if column.key in action.named_by]
        sentences = [
            *([_REQUIRED[place].format(_begun(required, language))] if required else []),
            *(column.said[action.code][place] for action in self.actions if action.code in column.said),
            column.hint(language).format(
                actions=one_of(self.actions, language), named=_begun(named, language) if named else ""
            ),
        ]
        return " ".join(sentences)


_REQUIRED = "Verplicht bij {}.", "Required to {}."


def _begun(actions: Iterable[Action], language: str) -> str:
    """The same choice in the middle of a sentence."""
    return one_of(actions, language).lower()


COLUMNS = (
    Column(
        "action", "Actie", "Action", "choice",
        "Kies {actions}.", "Choose {actions}.",
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
        "Negen cijfers; een nul vooraan mag niet ontbreken.",
        "Nine digits, with any leading zero.",
        ("Burgerservicenummer", "Sofinummer"),
    ),
    Column(
        "relation_number", "Relatienummer", "Relation number", "text",
        "Bij {named}: het nummer uit de lijst Huidige deelnemers.",
        "To {named}: the number in the list Current participants.",
        ("Relatienr",),
    ),
    Column(
        "external_reference", "Extern referentienummer", "External reference", "text",
        "Uw eigen nummer, bijvoorbeeld het personeelsnummer.", "Your own number, such as the payroll number.",
        ("Externe referentie", "Personeelsnummer", "Referentie"), 20,
        {CHANGE_REFERENCE: ("Vul dan het nieuwe nummer in.", "Fill in the new number then.")},
    ),
    Column(
        "initials", "Voorletters", "Initials", "text",
        "Bijvoorbeeld A.J.", "For example A.J.",
        ("Initialen",),
    ),
    Column(
        "prefix", "Voorvoegsel", "Prefix", "text",
        "Bijvoorbeeld van der. Leeg laten als er geen is.", "For example van der. Leave empty when there is none.",
        ("Tussenvoegsel", "Voorvoegsels"),
    ),
    Column(
        "surname", "Achternaam", "Surname", "text",
        "Zoals op het paspoort of de ID-kaart.", "As in the passport or on the identity card.",
        ("Geslachtsnaam", "Naam"), 24,
    ),
    Column(
        "birth_date", "Geboortedatum", "Birth date", "birth",
        "Als dd-mm-jjjj. Dag of maand onbekend: 00.", "As dd-mm-yyyy. Day or month unknown: 00.",
    ),
    Column(
        "first_day", "Ingangsdatum", "Start date", "day",
        "De eerste dag van deelname, dd-mm-jjjj.", "The first day of enrolment, dd-mm-yyyy.",
        ("Begindatum", "Startdatum"),
    ),
    Column(
        "last_day", "Einddatum (t/m)", "End date (inclusive)", "day",
        "De laatste dag waarop de deelnemer is ingeschreven, dd-mm-jjjj.", "The last day of enrolment, dd-mm-yyyy.",
        ("Einddatum", "Datum uit dienst"),
    ),
    Column(
        "reason", "Reden", "Reason", "choice",
        "Kies een reden uit de lijst.", "Choose from the list.",
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

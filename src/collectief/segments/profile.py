"""What a segment is made of. Code asks the profile, never which segment it is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum

from collectief.foundation.assurance import AssuranceLevel


class Capability(StrEnum):
    """What a segment can do at all; a brand may switch one off, never on."""

    ENROL = "enrol"
    TERMINATE = "terminate"
    RE_ENROL = "re_enrol"
    TRANSFER = "transfer"
    CHANGE_REFERENCE = "change_reference"
    BULK_UPLOAD = "bulk_upload"
    FORMER_PARTICIPANTS = "former_participants"
    REJECTED_MUTATIONS = "rejected_mutations"
    # Questions about what a page shows, to the insurer's desks (G14, U31).
    ASK_QUESTIONS = "ask_questions"
    # Somebody is found among the participants by their BSN (G03).
    FIND_BY_BSN = "find_by_bsn"
    # A colleague may be given some of the contracts to work in (G13).
    CHOOSE_CONTRACTS = "choose_contracts"
    # Another organisation may be let to act for this one (X07).
    GIVE_MANDATES = "give_mandates"
    # Contracts of other customer numbers under one login (W17).
    LINK_CONTRACTS = "link_contracts"
    # A change to what the insurer has of an organisation and its contracts is asked for in the portal (W16).
    ASK_CHANGES = "ask_changes"
    # Whom the insurer reaches about a contract, and where the organisation is, is changed in the portal (U28).
    EDIT_CONTACTS = "edit_contacts"
    # The letters about somebody's insurance: schedule, termination letter, statement (U05, U08, U15-U17).
    INSURANCE_LETTERS = "insurance_letters"
    # That a change was carried out, as a letter: what was asked, and from which day it holds.
    CONFIRMATION_LETTERS = "confirmation_letters"
    # The right to care in another country of who is insured here (U09).
    REQUEST_S1 = "request_s1"
    # How many take part in a contract, come and go, month by month (U27, G10).
    CONTRACT_USE = "contract_use"
    # What happened and what is ready, by category (U29, G11).
    MESSAGES = "messages"
    # Who came to a contract and left it in a month or a year (U23, G08).
    FLOW_LISTS = "flow_lists"
    # A list is made by itself, again and again, for whoever planned it (X11).
    SCHEDULED_EXPORTS = "scheduled_exports"
    # What of the deductible people have used in a year (U25).
    DEDUCTIBLE_USE = "deductible_use"
    # Somebody with partner and children at once, in steps, and with insurance where they want it (G06).
    ENROL_HOUSEHOLD = "enrol_household"
    # Partner and children of who takes part already (bijschrijven, G07).
    ADD_RELATIVES = "add_relatives"


class CardsTo(StrEnum):
    """To whom a year's insurance cards are sent (U11)."""

    ORGANISATION = "organisation"
    PARTICIPANT = "participant"


class Permission(StrEnum):
    """What a page or action asks of the roles of whoever opens it."""

    SEE_DASHBOARD = "see_dashboard"
    SEE_PARTICIPANTS = "see_participants"
    CHANGE_PARTICIPANTS = "change_participants"
    UPLOAD_MUTATIONS = "upload_mutations"
    SEE_INVOICES = "see_invoices"
    # What of the deductible people have used (U25): for who manages people and for who settles with them.
    SEE_DEDUCTIBLE_USE = "see_deductible_use"
    MANAGE_ACCOUNTS = "manage_accounts"
    SEE_LOG = "see_log"
    SEE_MESSAGES = "see_messages"
    SEE_CONTRACTS = "see_contracts"
    LINK_CONTRACTS = "link_contracts"
    # What the insurer's own staff do.
    JUDGE_CASES = "judge_cases"
    # Products, premiums and what contracts offer of them; a colleague agrees before it counts (K02).
    MAINTAIN_TERMS = "maintain_terms"
    # Organisations, their contracts, and how labels and portals stand; opening and ending a contract takes two (K02).
    MAINTAIN_CUSTOMERS = "maintain_customers"
    # News on customers' dashboards, and messages to them (K03).
    WRITE_NEWS = "write_news"
    # Letters on paper: how they stand, and what came back (K08).
    HANDLE_POST = "handle_post"
    # The insurer's periodic work: seeing beforehand what it does, starting it, and what came of it (K04).
    START_RUNS = "start_runs"
    HELP_USERS = "help_users"
    SEARCH_TRAIL = "search_trail"


class MessageCategory(StrEnum):
    """What a message is about; the words are the screen's (U29)."""

    TERMINATION_LETTER = "termination_letter"
    CONFIRMATION = "confirmation"
    REJECTION = "rejection"
    S1 = "s1"
    FINANCIAL = "financial"
    FLOW = "flow"
    PROCESSING_REPORT = "processing_report"
    INSURANCE_STATEMENT = "insurance_statement"
    # A list that was made by itself (X11).
    EXPORT = "export"
    # What the insurer itself writes, for whatever role (K03).
    FROM_INSURER = "from_insurer"


# What the roles must hold for a category to be theirs, beside opening the page: most messages are about people.
CATEGORY_ASKS: Mapping[MessageCategory, Permission] = {
    **dict.fromkeys(MessageCategory, Permission.SEE_PARTICIPANTS),
    MessageCategory.FINANCIAL: Permission.SEE_INVOICES,
    MessageCategory.FROM_INSURER: Permission.SEE_MESSAGES,
}


class Means(StrEnum):
    """By what one signs in."""

    EHERKENNING = "eherkenning"
    # E-mail address and own password, always with a second factor (W02, W04).
    PASSWORD = "password"  # noqa: S105 - a name
    # The insurer's own identity provider, for its own staff (K05); a segment takes this or eHerkenning, not both.
    SINGLE_SIGN_ON = "single_sign_on"


class Factor(StrEnum):
    """What can follow a password (W04)."""

    APP = "app"
    SMS = "sms"
    PASSKEY = "passkey"


class Role(StrEnum):
    """What a colleague is for; roles can be combined (U02)."""

    ADMINISTRATIVE = "administrative"
    FINANCIAL = "financial"
    ACCOUNT_MANAGER = "account_manager"
    MAIN_USER = "main_user"
    USER = "user"
    MAIN_ACCOUNT = "main_account"
    COMPANY_DOCTOR = "company_doctor"
    SUB_ACCOUNT = "sub_account"
    USER_MANAGER = "user_manager"
    REPRESENTATIVE = "representative"
    CASE_HANDLER = "case_handler"
    HELP_DESK = "help_desk"
    AUDITOR = "auditor"
    OFFICE_MANAGER = "office_manager"


class SearchKey(StrEnum):
    """What the lists of participants can be searched on."""

    SURNAME = "surname"
    RELATION_NUMBER = "relation_number"
    BIRTH_DATE = "birth_date"
    EXTERNAL_REFERENCE = "external_reference"


class Field(StrEnum):
    """One thing known of a participant; a name is always shown, or there would be nobody to see."""

    RELATION_NUMBER = "relation_number"
    BIRTH_DATE = "birth_date"
    EXTERNAL_REFERENCE = "external_reference"
    BSN = "bsn"
    SEX = "sex"
    ADDRESS = "address"
    CONTRACT = "contract"
    FIRST_DAY = "first_day"
    LAST_DAY = "last_day"


@dataclass(frozen=True, slots=True)
class Fields:
    """What a segment's people are shown of a participant, where, and what they fill in.

    Raises ValueError where a list would show what nobody may see.
    """

    # What may be seen, and the permission it takes. What is not named is shown to nobody.
    shown: Mapping[Field, Permission] = field(default_factory=dict)
    # The columns of the lists behind the name, in their order.
    columns: Sequence[Field] = ()
    # What a form takes; a BSN may be typed where none is ever shown (U19).
    typed: frozenset[Field] = frozenset()

    def __post_init__(self) -> None:
        if hidden := set(self.columns) - set(self.shown):
            raise ValueError(f"Columns of what nobody may see: {sorted(hidden)}")


class Named:
    """What has a name in each language of the screens (X14): that name is data, and in no catalogue of words."""

    __slots__ = ()
    dutch: str
    english: str

    def called(self, language: str | None) -> str:
        """Its name in a language as Django names it; None is the language of nobody in particular, Dutch."""
        return self.english if language == "en" else self.dutch


@dataclass(frozen=True, slots=True)
class TerminationReason(Named):
    """A reason for leaving: its code, and its name in Dutch and English."""

    code: str
    dutch: str
    english: str
    # Whoever leaves for this has died: on no day to come, and whatever insures them ends with it.
    death: bool = False


@dataclass(frozen=True, slots=True)
class PaymentWay(Named):
    """A way in which a policyholder pays the premium: its code, and its name in Dutch and English."""

    code: str
    dutch: str
    english: str


@dataclass(frozen=True, slots=True)
class SegmentProfile(Named):
    """Everything that differs between kinds of customer and is a value (nouns that differ are an app)."""

    slug: str
    dutch: str
    english: str
    assurance_level: AssuranceLevel
    capabilities: frozenset[Capability]
    roles: Mapping[Role, frozenset[Permission]]
    current_search: tuple[SearchKey, ...]
    former_search: tuple[SearchKey, ...]
    termination_reasons: tuple[TerminationReason, ...]
    # What its people see of a participant, and what they fill in (U07, U19).
    fields: Fields = field(default_factory=Fields)
    # Which roles somebody with a role may give to colleagues and take from them (U30, W05, O07).
    grants: Mapping[Role, frozenset[Role]] = field(default_factory=dict)
    upload_columns: tuple[str, ...] = ()
    # How far a first or last day may lie from today: mutations further away need a person at the insurer.
    furthest_back: timedelta = timedelta(days=365)
    furthest_ahead: timedelta = timedelta(days=365)
    # Whether who takes part is insured by that, with what the contract offers, from the first day to the last
    # (U06, U18, U21). Elsewhere insurance is asked for by itself, and goes on when participation ends (G06, W09).
    insures: bool = False
    # To whom the insurance cards of those who are insured here go; None where there are none (U11).
    cards_to: CardsTo | None = None
    # Whether who took out an insurance themselves gets its policy schedule at home, on paper (G06).
    schedules_at_home: bool = False
    # How premium can be paid by who is insured at their own request (G06).
    payment_ways: tuple[PaymentWay, ...] = ()
    narrowed: frozenset[Capability] = field(default_factory=frozenset)
    means: frozenset[Means] = frozenset({Means.EHERKENNING})
    # Which second factors count here, whatever else an account may have for another portal.
    factors: frozenset[Factor] = frozenset(Factor)
    # Whether somebody without an account can apply for one (G01, O01).
    takes_applications: bool = True
    # The roles that who applies gets; empty: they choose among all of them (G01).
    applies_for: tuple[Role, ...] = ()
    # Only the first of an organisation applies: later ones are invited by whoever manages accounts there (O01).
    first_only: bool = False
    # Whether granting an application makes a customer of an organisation that is none yet (docs/adr/0021).
    applying_makes_customer: bool = False
    # Whether making an account asks for a code that is sent to the mobile number given (O03).
    confirms_mobile: bool = False
    # Whether its people are here to act for others, and the pages are those of whom they act for (X07).
    acts_for_others: bool = False
    # The categories of messages here, in the order of the list (U29, G11).
    message_categories: tuple[MessageCategory, ...] = ()
    # Where a rejected mutation is told of.
    rejections_in: MessageCategory = MessageCategory.REJECTION
    # How long a message is kept (law 9): thirteen months, so that last year's can be laid beside this year's.
    messages_kept: timedelta = timedelta(days=396)
    # What people come for and this segment's pages do not have yet, by language; the dashboard says so.
    comes: Mapping[str, str] = field(default_factory=dict)

    def allows(self, capability: Capability) -> bool:
        return capability in self.capabilities and capability not in self.narrowed

    def switched_off(self, capability: Capability) -> bool:
        """Whether this belongs to the segment, and the portal has it switched off for now (G03)."""
        return capability in self.capabilities and capability in self.narrowed

    @property
    def only_passkeys(self) -> bool:
        """Whether nothing but a passkey will do: then nothing weaker leads to one, no recovery code and no grace."""
        return self.factors == {Factor.PASSKEY}

    @property
    def applicable(self) -> tuple[Role, ...]:
        """The roles one can apply for."""
        return self.applies_for or tuple(self.roles)

    def sees(self, roles: frozenset[Role], wanted: Field) -> bool:
        """Whether these roles are shown this of a participant."""
        needed = self.fields.shown.get(wanted)
        return needed is not None and needed in self.permissions(roles)

    @property
    def shows_people(self) -> bool:
        """Whether any role here gets to see participants: what a segment has not yet, its pages say."""
        return any(Permission.SEE_PARTICIPANTS in held for held in self.roles.values())

    @property
    def is_office(self) -> bool:
        """Whether this is the insurer's own: any role here judges, helps or looks into the trail."""
        staff = {Permission.JUDGE_CASES, Permission.HELP_USERS, Permission.SEARCH_TRAIL}
        return any(staff & held for held in self.roles.values())

    @property
    def knows_mandates(self) -> bool:
        """Whether its organisations let others act for them, or are there to act for others (X07)."""
        return self.allows(Capability.GIVE_MANDATES) or self.acts_for_others

    def permissions(self, roles: frozenset[Role]) -> frozenset[Permission]:
        """What these roles may do together."""
        return frozenset().union(*(self.roles.get(role, frozenset()) for role in roles))

    def messages_for(self, roles: frozenset[Role]) -> tuple[MessageCategory, ...]:
        """The categories of messages that these roles may read; none for who may open no messages."""
        held = self.permissions(roles)
        if not self.allows(Capability.MESSAGES) or Permission.SEE_MESSAGES not in held:
            return ()
        return tuple(category for category in self.message_categories if CATEGORY_ASKS[category] in held)

    def grantable(self, roles: frozenset[Role]) -> frozenset[Role]:
        """The roles that somebody with these may give; empty for who manages nobody."""
        return frozenset().union(*(self.grants.get(role, frozenset()) for role in roles))

    def reason(self, code: str) -> TerminationReason | None:
        """The reason with this code; None when this segment does not have it."""
        return next((reason for reason in self.termination_reasons if reason.code == code), None)

    @property
    def knows_households(self) -> bool:
        """Whether people come together here, and are insured at their own request (G06)."""
        return Capability.ENROL_HOUSEHOLD in self.capabilities

    def payment_way(self, code: str) -> PaymentWay | None:
        """The way of payment with this code; None when this segment does not have it."""
        return next((way for way in self.payment_ways if way.code == code), None)

    @property
    def deaths(self) -> tuple[str, ...]:
        """The codes of the reasons that say that somebody has died."""
        return tuple(reason.code for reason in self.termination_reasons if reason.death)

    def window(self, today: date) -> tuple[date, date]:
        """The first and last day a mutation may take effect."""
        return today - self.furthest_back, today + self.furthest_ahead

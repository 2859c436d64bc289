"""Who is in the demo world: organisations, their contracts and the colleagues one can sign in as."""

from __future__ import annotations

from dataclasses import dataclass

# The roles as the portal calls them; the keys are segments.profile.Role.
ROLES = {
    "administrative": "administratief", "financial": "financieel",
    "account_manager": "accountbeheer",
    "main_user": "hoofdgebruiker", "user": "gebruiker",
    "main_account": "hoofdaccount", "company_doctor": "bedrijfsarts", "sub_account": "subaccount",
    "user_manager": "gebruikersbeheerder", "representative": "ondersteuner",
    "case_handler": "behandelaar", "help_desk": "helpdesk", "auditor": "auditor", "office_manager": "kantoorbeheer",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Colleague:
    """Somebody of the cast: who they are at eHerkenning and what they may do here."""

    name: str
    email: str
    # None for who signs in with an own password.
    acting_subject: str | None
    roles: tuple[str, ...]
    # The numbers of the contracts they work in; None is all of them.
    contracts: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class Company:
    """An organisation of the demo world."""

    insurer: str
    insurer_name: str
    portal: str
    name: str
    kvk: str
    contracts: tuple[tuple[str, str], ...]
    colleagues: tuple[Colleague, ...]
    # How many people it had over the years.
    people: int
    # The establishment (vestigingsnummer) it is, when it is not the whole company.
    branch: str = ""
    # By what eHerkenning knows it when it is told to give no KvK number.
    rsin: str = ""
    segment: str = "staffing_agency"
    # Klantnummer, where somebody of the cast needs to know it (W17).
    customer_number: str = ""
    # Where its paper goes: street, house number, postcode and city; None while nobody wrote it down.
    address: tuple[str, str, str, str] | None = None


# Works for two customers under one KvK number: chooses between them after signing in.
RUBEN = Colleague("Ruben Smits", "ruben@debrug.example", "ruben-debrug", ("administrative",))

BRUG = Company(
    insurer="zorg-en-zekerheid",
    insurer_name="Zorg en Zekerheid",
    portal="mijnzz",
    name="Uitzendbureau De Brug B.V.",
    kvk="90000001",
    address=("Hoofdweg", "12", "2333 AA", "Leiden"),
    contracts=(("23595", "Vestiging Leiden"), ("23596", "Vestiging Delft"), ("23597", "Vestiging Den Haag")),
    colleagues=(
        Colleague("Anna de Boer", "anna@debrug.example", "anna-debrug", ("administrative",)),
        Colleague("Femke Visser", "femke@debrug.example", "femke-debrug", ("financial",)),
        Colleague("Bas Mulder", "bas@debrug.example", "bas-debrug", ("account_manager",)),
        RUBEN,
        Colleague("Dewi Kaya", "dewi@debrug.example", "dewi-debrug", ("administrative", "financial")),
        # Works for Leiden and Delft, and manages who works there.
        Colleague(
            "Lisa Vos", "lisa@debrug.example", "lisa-debrug", ("administrative", "account_manager"), ("23595", "23596")
        ),
    ),
    people=2600,
    rsin="900000016",
)
OTTO = Company(
    insurer="zorg-en-zekerheid",
    insurer_name="Zorg en Zekerheid",
    portal="mijnzz",
    name="Otto Flexkrachten B.V.",
    kvk="90000002",
    contracts=(("31001", "Hoofdkantoor"), ("31002", "Vestiging Westland")),
    colleagues=(Colleague("Otto Smit", "otto@ottoflex.example", "otto-ottoflex", ("administrative",)),),
    people=700,
)
OTTO_ELSEWHERE = Company(
    insurer="voorbeeldverzekeraar",
    insurer_name="Voorbeeldverzekeraar",
    portal="voorbeeld",
    name="Otto Flexkrachten B.V.",
    kvk="90000002",
    contracts=(("70010", "Otto Flex"),),
    colleagues=(Colleague("Otto Smit", "otto@voorbeeld.example", "otto-ottoflex", ("administrative",)),),
    people=150,
)
LINDE = Company(
    insurer="izz-door-vgz",
    insurer_name="IZZ door VGZ",
    portal="izz",
    name="Zorggroep De Linde",
    kvk="90000011",
    contracts=(("80001", "Medewerkers"),),
    customer_number="500110",
    colleagues=(
        Colleague("Ingrid Vermeer", "ingrid@delinde.example", None, ("main_user",)),
        Colleague("Tom Jacobs", "tom@delinde.example", None, ("user",)),
    ),
    people=0,
    segment="employer",
)
# Another customer number of the same company, which Ingrid links at once; and a neighbour that she may not.
LINDE_THUIS = Company(
    insurer="izz-door-vgz",
    insurer_name="IZZ door VGZ",
    portal="izz",
    name="De Linde Thuiszorg",
    kvk=LINDE.kvk,
    branch="000090000119",
    contracts=(("80002", "Thuiszorg"), ("80003", "Stagiairs")),
    colleagues=(),
    people=0,
    segment="employer",
    customer_number="500118",
)
EIK = Company(
    insurer="izz-door-vgz",
    insurer_name="IZZ door VGZ",
    portal="izz",
    name="Kliniek De Eik",
    kvk="90000014",
    contracts=(("80020", "Medewerkers"),),
    colleagues=(
        Colleague("Sofie Maes", "sofie@deeik.example", None, ("main_user",)),
        Colleague("Daan Mol", "daan@deeik.example", None, ("user",)),
    ),
    people=0,
    segment="employer",
    customer_number="500140",
)
EIK_SPORT = Company(
    insurer="izz-door-vgz",
    insurer_name="IZZ door VGZ",
    portal="izz",
    name="De Eik Sport",
    kvk=EIK.kvk,
    branch="000090000140",
    contracts=(("80021", "Sportartsen"),),
    colleagues=(),
    people=0,
    segment="employer",
    customer_number="500148",
)
DUIN = Company(
    insurer="vgz",
    insurer_name="VGZ",
    portal="bedrijfszorg",
    name="Transportbedrijf Van Duin B.V.",
    kvk="90000012",
    contracts=(("81001", "Bedrijfszorg"),),
    colleagues=(
        Colleague("Karin Postma", "karin@vanduin.example", None, ("main_account",)),
        Colleague("Hassan Amrani", "hassan@vanduin.example", None, ("company_doctor",)),
        Colleague("Joost Bakker", "joost@vanduin.example", None, ("sub_account",)),
    ),
    people=0,
    segment="occupational_care",
)
KOMPAS = Company(
    insurer="menzis",
    insurer_name="Menzis",
    portal="ondersteuners",
    name="Bewindvoering Het Kompas",
    kvk="90000013",
    contracts=(),
    colleagues=(
        Colleague("Marijke Hofman", "marijke@hetkompas.example", None, ("user_manager", "representative")),
        Colleague("Pieter Wolters", "pieter@hetkompas.example", None, ("representative",)),
    ),
    people=0,
    segment="representative",
)
KANTOOR = Company(
    insurer="zorg-en-zekerheid",
    insurer_name="Zorg en Zekerheid",
    portal="kantoor",
    name="Zorg en Zekerheid, zakelijke markt",
    kvk="90000020",
    contracts=(),
    colleagues=(
        Colleague("Wil de Graaf", "wil@kantoor.example", None, ("office_manager",)),
        Colleague("Sanne Kok", "sanne@kantoor.example", None, ("case_handler",)),
        Colleague("Murat Arslan", "murat@kantoor.example", None, ("help_desk",)),
        Colleague("Lotte Prins", "lotte@kantoor.example", None, ("help_desk", "case_handler")),
        Colleague("Erik Blom", "erik@kantoor.example", None, ("auditor",)),
        # These come in with a werkaccount, and have no password (demo/work_accounts.py).
        Colleague("Joris van Dam", "joris@kantoor.example", None, ("case_handler",)),
        Colleague("Nadia Bouzid", "nadia@kantoor.example", None, ("help_desk",)),
        Colleague("Greet Hendriks", "greet@kantoor.example", None, ("auditor",)),
    ),
    people=0,
    segment="back_office",
)
KANTOOR_IZZ = Company(
    insurer="izz-door-vgz",
    insurer_name="IZZ door VGZ",
    portal="kantoor-izz",
    name="IZZ door VGZ, klantenservice",
    kvk="90000021",
    contracts=(),
    # Three at the help desk: when one of them has lost a telephone, the two others can help.
    colleagues=(
        Colleague("Nadia Haddad", "nadia@kantoor-izz.example", None, ("office_manager",)),
        Colleague("Joris Meijer", "joris@kantoor-izz.example", None, ("help_desk",)),
        Colleague("Mila Bos", "mila@kantoor-izz.example", None, ("help_desk",)),
        Colleague("Bram Kuiper", "bram@kantoor-izz.example", None, ("help_desk",)),
        Colleague("Yara Mensah", "yara@kantoor-izz.example", None, ("case_handler",)),
    ),
    people=0,
    segment="back_office",
)
BRUG_GOUDA = Company(
    insurer="zorg-en-zekerheid",
    insurer_name="Zorg en Zekerheid",
    portal="mijnzz",
    name="De Brug Gouda",
    kvk=BRUG.kvk,
    contracts=(("23599", "Vestiging Gouda"),),
    colleagues=(RUBEN,),
    people=60,
    branch="000090000018",
)
ZUID = Company(
    insurer="zorg-en-zekerheid",
    insurer_name="Zorg en Zekerheid",
    portal="mijnzz",
    name="Administratiekantoor Zuid B.V.",
    kvk="90000030",
    contracts=(),
    colleagues=(
        Colleague("Tess Kuiper", "tess@kantoorzuid.example", "tess-zuid", ("administrative",)),
        Colleague("Mark Evers", "mark@kantoorzuid.example", "mark-zuid", ("account_manager",)),
    ),
    people=0,
    segment="administration_office",
)


DUINSTAD = Company(
    insurer="zorg-en-zekerheid",
    insurer_name="Zorg en Zekerheid",
    portal="mijnzz",
    name="Gemeente Duinstad",
    kvk="90000040",
    contracts=(("41001", "Minima"), ("41002", "Minima uitgebreid")),
    colleagues=(
        Colleague("Inge van Rijn", "inge@duinstad.example", "inge-duinstad", ("administrative",)),
        Colleague("Koen Peters", "koen@duinstad.example", "koen-duinstad", ("financial",)),
        Colleague("Samira Idrissi", "samira@duinstad.example", "samira-duinstad", ("account_manager",)),
    ),
    people=240,
    segment="municipality",
)


@dataclass(frozen=True, slots=True)
class Mandated:
    """A mandate of the demo world: who gave it, to whom, and who acts under it, by their addresses."""

    principal: Company
    mandatary: Company
    roles: tuple[str, ...]
    contracts: tuple[str, ...] | None
    people: tuple[str, ...]


MANDATES = (
    Mandated(BRUG, ZUID, ("administrative",), ("23595", "23596"), ("tess@kantoorzuid.example",)),
    Mandated(OTTO, ZUID, ("administrative",), None, ("tess@kantoorzuid.example",)),
)
COMPANIES = (
    BRUG, OTTO, OTTO_ELSEWHERE, BRUG_GOUDA, LINDE, LINDE_THUIS, EIK, EIK_SPORT, DUIN, KOMPAS, KANTOOR, KANTOOR_IZZ,
    ZUID, DUINSTAD,
)  # fmt: skip
# Who looks after the customers of an insurer, as they reach them: name, telephone number and e-mail address (U31).
ACCOUNT_MANAGERS = {"zorg-en-zekerheid": ("Hanneke Vos", "+31850000004", "hanneke.vos@kantoor.example")}
# The own password of everyone in the cast who signs in with one; the second factor each links themselves.
DEMO_PASSWORD = "linde bloeit in juni"  # noqa: S105 - printed on the screen of the demo


def eherkenning_people() -> list[dict[str, str]]:
    """Who the eHerkenning simulator lets one be: the cast, and two who have no account."""
    people: dict[tuple[str, str], dict[str, str]] = {
        (colleague.acting_subject, company.kvk): {
            "acting_subject": colleague.acting_subject,
            "name": colleague.name,
            "kvk": company.kvk,
            "company_name": company.name,
            "rsin": company.rsin,
        }
        for company in COMPANIES
        for colleague in company.colleagues
        # eHerkenning knows the whole company; that an establishment is a customer apart is between us and them.
        if colleague.acting_subject is not None and not company.branch
    }
    # A colleague of De Brug who has eHerkenning and no account yet: to be invited by Bas.
    invited = {
        "acting_subject": "noor-debrug", "name": "Noor Haddad", "kvk": BRUG.kvk, "company_name": BRUG.name,
    }  # fmt: skip
    # Another, who applies for one.
    applies = {
        "acting_subject": "milou-debrug", "name": "Milou Dekker", "kvk": BRUG.kvk, "company_name": BRUG.name,
    }  # fmt: skip
    # Pieter of Het Kompas has eHerkenning too, and may link it to his account (O05).
    to_link = {
        "acting_subject": "pieter-kompas", "name": "Pieter Wolters", "kvk": KOMPAS.kvk, "company_name": KOMPAS.name,
    }  # fmt: skip
    stranger = {
        "acting_subject": "vreemd-1", "name": "Iemand zonder account", "kvk": "90000009",
        "company_name": "Zonder Account B.V.",
    }  # fmt: skip
    return [*people.values(), invited, applies, to_link, stranger]

"""Refusals in words: what is wrong, and what to do about it. Rules know codes; only pages know sentences."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.conf import settings
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from collectief.brands.catalogue import Brand
from collectief.bulk.sheets.columns import ACTIONS, one_of
from collectief.foundation.dates import dutch


def refusal(code: str, params: Mapping[str, Any]) -> tuple[str, str]:
    """The reason and the remedy for a refused application or row.

    There is always an answer: what was refused long ago, or by a rule that says less than its sentence wants, is
    shown too. A test sees to it that every code has words.
    """
    unknown = (_("Dit kan niet worden verwerkt."), _("Neem contact met ons op."))
    reason, remedy = _refusals().get(code, unknown)
    shown = Shown({name: shown_value(value) for name, value in params.items()})
    shown["actions"] = _choice(shown.get("actions", ""))
    return reason.format_map(shown), remedy.format_map(shown)


def _choice(codes: str) -> str:
    """What the rows of a file can ask, by codes; all there is where that was not told, as of files of before."""
    told = [ACTIONS[code] for code in codes.split() if code in ACTIONS]
    return one_of(told or ACTIONS.values(), get_language() or settings.LANGUAGE_CODE)


def sign_in_refusal(code: str, params: Mapping[str, Any], brand: Brand) -> tuple[str, str]:
    """Why somebody does not get in, and what to do."""
    desk = brand.support_phone
    words = {
        "cancelled": (
            _("U heeft het inloggen afgebroken."),
            _("Begin opnieuw als u toch wilt inloggen."),
        ),
        "level_too_low": (
            _("Uw inlogmiddel heeft niveau {level}. Voor dit portaal is {minimum} of hoger nodig."),
            _("Vraag bij uw leverancier van eHerkenning een middel aan van niveau {minimum} of hoger."),
        ),
        "expired": (
            _("Het inloggen heeft te lang geduurd of is al gebruikt."),
            _("Begin opnieuw met inloggen."),
        ),
        "invalid_response": (
            _("Het antwoord van eHerkenning klopt niet, daarom laten we niemand binnen."),
            _("Begin opnieuw met inloggen. Gebeurt het weer, bel dan {desk}."),
        ),
        "unavailable": (
            _("eHerkenning is nu niet bereikbaar."),
            _("Probeer het over een paar minuten opnieuw."),
        ),
        "unknown_error": (
            _("Er ging bij eHerkenning iets mis."),
            _("Begin opnieuw met inloggen. Gebeurt het weer, bel dan {desk}."),
        ),
        "request_unsupported": (
            _("eHerkenning kan dit verzoek van ons niet uitvoeren."),
            _("Bel {desk}: dit moeten wij oplossen."),
        ),
        "unknown_principal": (
            _("eHerkenning kent uw inlogmiddel niet, of u bent niet gemachtigd voor dit portaal."),
            _("Vraag de beheerder van eHerkenning bij u of u gemachtigd bent voor dit portaal."),
        ),
        "no_account": (
            _("U heeft geen account in dit portaal voor {company}."),
            _("Vraag de accountbeheerder van uw organisatie om een account, of bel {desk}."),
        ),
        "other_branch": (
            _("Uw inlogmiddel geldt alleen voor vestiging {branch}, en niet voor {organisation} in dit portaal."),
            _("Vraag de beheerder van eHerkenning bij u om een machtiging zonder die beperking, of bel {desk}."),
        ),
        "other_company": (
            _("U logt in namens {company}, en de uitnodiging is voor {organisation}."),
            _("Open de link in de mail opnieuw en kies bij eHerkenning de goede organisatie."),
        ),
        "identity_taken": (
            _("Met dit inlogmiddel heeft een collega al een account bij uw organisatie."),
            _("Gebruik uw eigen eHerkenningsmiddel: het is persoonlijk."),
        ),
        "invitation_over": (
            _("Deze uitnodiging is gebruikt, ingetrokken of verlopen."),
            _("Log gewoon in als u uw account al heeft. Anders stuurt uw accountbeheerder een nieuwe uitnodiging."),
        ),
        "account_inactive": (
            _("Uw account is gedeactiveerd."),
            _("Vraag de accountbeheerder van uw organisatie om uw account weer actief te maken."),
        ),
    }
    reason, remedy = words.get(code, words["unknown_error"])
    # A company's name may end in a full stop, and so does the sentence.
    given = Shown({"desk": desk, **{name: text.rstrip(".") for name, text in params.items()}})
    return reason.format_map(given), remedy.format_map(given)


class Shown(dict[str, Any]):
    """What a sentence is filled in with; a dash for what is not known."""

    def __missing__(self, name: str) -> str:
        return "–"


def shown_value(value: Any) -> str:
    """A parameter as people read it: days as dd-mm-jjjj."""
    try:
        return dutch(date.fromisoformat(value))
    except (TypeError, ValueError):
        return str(value)


def _refusals() -> dict[str, tuple[str, str]]:
    look = _("Zoek de deelnemer op onder Huidige deelnemers en neem het nummer over.")
    passport = _("Neem de gegevens over van het paspoort of de ID-kaart en verstuur de aanmelding opnieuw.")
    day = _("Vul een bestaande datum in als dd-mm-jjjj, bijvoorbeeld 30-04-2026.")
    return {
        # Contracts
        "contract_missing": (
            _("Het contract ontbreekt."), _("Vul het contractnummer in of kies een contract."),
        ),
        "contract_unknown": (
            _("Contract {contract} is niet van uw organisatie."), _("Kies een van uw eigen contracten."),
        ),
        "contract_not_in_force": (
            _("Contract {contract} is op {day} niet geldig."),
            _("Kies een datum waarop het contract loopt, of een ander contract."),
        ),
        "beyond_contract": (
            _("Contract {contract} loopt t/m {last_day}."),
            _("Kies een laatste dag waarop het contract nog loopt, of een ander contract."),
        ),
        "contract_needed": (
            _("Deze persoon neemt deel aan meer dan één contract."), _("Geef aan om welk contract het gaat."),
        ),
        "same_contract": (_("De deelnemer heeft dit contract al."), _("Kies een ander contract.")),
        # Days
        "first_day_missing": (_("De ingangsdatum ontbreekt."), _("Vul de eerste dag van deelname in.")),
        "first_day_too_early": (
            _("De ingangsdatum ligt te ver terug."),
            _("Kies een datum op of na {earliest}, of neem contact met ons op."),
        ),
        "first_day_too_late": (
            _("De ingangsdatum ligt te ver vooruit."), _("Kies een datum tot en met {latest}."),
        ),
        "first_day_before_birth": (
            _("De ingangsdatum ligt voor de geboortedatum."), _("Controleer beide datums."),
        ),
        "last_day_missing": (_("De einddatum ontbreekt."), _("Vul de laatste dag van deelname in.")),
        "last_day_before_start": (
            _("De einddatum ligt voor de ingangsdatum {first_day}."),
            _("Vul een einddatum in die op of na {first_day} ligt."),
        ),
        "last_day_too_early": (
            _("De einddatum ligt te ver terug."),
            _("Kies een datum op of na {earliest}, of neem contact met ons op."),
        ),
        "last_day_too_late": (_("De einddatum ligt te ver vooruit."), _("Kies een datum tot en met {latest}.")),
        "end_before_start": (
            _("De einddatum ligt voor de ingangsdatum."), _("Controleer beide datums."),
        ),
        "date_invalid": (_("De datum bestaat niet of is niet te lezen."), day),
        "date_out_of_range": (_("Het jaar {year} kan niet kloppen."), _("Controleer het jaartal.")),
        "transfer_on_first_day": (
            _("De deelname begint pas op {first_day}."),
            _("Kies een latere datum, of maak de aanmelding ongedaan en meld opnieuw aan."),
        ),
        # Participation
        "already_enrolled": (
            _("Deze persoon neemt sinds {first_day} al deel aan dit contract."),
            _("Aanmelden is niet nodig. Klopt de ingangsdatum niet, maak dan eerst de vorige aanmelding ongedaan."),
        ),
        "enrolled_later": (
            _("Deze persoon is al aangemeld per {first_day}."),
            _("Trek die aanmelding eerst in als deelname eerder moet beginnen."),
        ),
        "already_terminated": (
            _("Deze deelname is al beëindigd: t/m {last_day}."),
            _("Meld de persoon opnieuw aan, of maak de afmelding ongedaan."),
        ),
        "terminated_by_another_row": (
            _("Een andere regel van dit bestand beëindigt deze deelname al: t/m {last_day}."),
            _("Laat voor deze deelname één afmelding in het bestand staan."),
        ),
        "not_enrolled": (_("Deze persoon neemt niet deel aan dit contract."), look),
        "not_enrolled_then": (
            _("Op {first_day} neemt deze persoon niet deel aan dit contract."), _("Controleer de datum."),
        ),
        "enrolled_until_another_day": (
            _("Deze persoon is al aangemeld per {first_day}, met een andere einddatum."),
            _("Gebruik Afmelden om de einddatum vast te leggen."),
        ),
        "already_so": (
            _("Dit is al zo: er is niets gewijzigd."), _("U hoeft niets te doen."),
        ),
        "possible_by_now": (
            _("Sinds de controle is er iets veranderd: de regel zou nu wel verwerkt kunnen worden."),
            _("Verstuur de regel opnieuw als u dat wilt."),
        ),
        "never_enrolled": (
            _("Deze persoon was niet eerder aangemeld onder uw contract."),
            _("Gebruik Nieuwe deelnemer om aan te melden."),
        ),
        "participant_unknown": (_("We kennen deze persoon niet bij uw organisatie."), look),
        "person_missing": (
            _("Er staat niet over wie het gaat."),
            _("Vul een BSN, relatienummer of extern referentienummer in."),
        ),
        "reference_ambiguous": (
            _("Meer dan één deelnemer heeft referentie {reference}."), _("Vul het relatienummer in."),
        ),
        "reference_not_given": (
            _("Het staat niet vast van wie deze referentie is."),
            _("Verbeter de afgekeurde regel die de referentie geeft, of vul hier het BSN of het relatienummer in."),
        ),
        "two_people": (
            _("Het BSN en het relatienummer zijn van twee verschillende personen."),
            _("Controleer beide nummers, of laat een van de twee weg."),
        ),
        "name_of_another": (
            _("De achternaam is van een ander dan de deelnemer met dit nummer."),
            _("Controleer het nummer en de naam. Klopt het nummer, laat de naam dan leeg."),
        ),
        "birth_date_of_another": (
            _("De geboortedatum is van een ander dan de deelnemer met dit nummer."),
            _("Controleer het nummer en de geboortedatum. Klopt het nummer, laat de geboortedatum dan leeg."),
        ),
        "reason_missing": (_("De reden ontbreekt."), _("Kies een reden uit de lijst.")),
        "reason_unknown": (_("Deze reden kennen we niet."), _("Kies een reden uit de lijst.")),
        "not_for_this_segment": (
            _("Dit kan niet in dit portaal."), _("Neem contact met ons op."),
        ),
        "undo_too_early": (
            _("Dit ligt te ver terug om ongedaan te maken."),
            _("Ongedaan maken kan tot en met {earliest}. Neem voor eerdere wijzigingen contact met ons op."),
        ),
        "account_ended": (
            _("Het account dat dit aanvroeg is beëindigd voordat de controle klaar was."),
            _("Doe de aanmelding opnieuw."),
        ),
        "rights_ended": (
            _("Het account dat dit aanvroeg had er geen rechten meer voor toen de controle klaar was."),
            _("Laat een collega die dit mag de aanmelding opnieuw doen."),
        ),
        "built_upon": (
            _("Dit kan niet ongedaan worden gemaakt: een latere wijziging bouwt erop voort."),
            _("Maak eerst de latere wijziging ongedaan."),
        ),
        "joined_since": (
            _("Dit kan niet ongedaan worden gemaakt: later is iemand bij deze cliënt bijgeschreven."),
            _("Maak eerst die aanmelding ongedaan, bij wie is bijgeschreven onder Geschiedenis."),
        ),
        "in_effect": (
            _("Intrekken kan niet meer: de wijziging is al ingegaan."), _("Gebruik Ongedaan maken."),
        ),
        "already_decided": (
            _("Intrekken kan niet meer: hierover is al beslist."), _("Bekijk de geschiedenis van de deelnemer."),
        ),
        "is_reversal": (
            _("Wat iets ongedaan maakte, is zelf niet in te trekken of ongedaan te maken."),
            _("Vraag opnieuw aan wat moet gelden."),
        ),
        "already_reversed": (
            _("Deze wijziging is al ongedaan gemaakt."), _("Bekijk de geschiedenis van de deelnemer."),
        ),
        "not_processed": (_("Deze wijziging is niet verwerkt."), _("Er is niets ongedaan te maken.")),
        "death_in_the_future": (
            _("Een overlijden kan niet in de toekomst liggen."), _("Vul als einddatum de dag van overlijden in."),
        ),
        # Households
        "another_of_group_refused": (
            _("Iemand anders van dit gezin kon niet worden aangemeld; daarom is niemand van het gezin aangemeld."),
            _("Herstel de gegevens van wie is afgewezen en meld het gezin opnieuw aan."),
        ),
        "another_of_group_not_undone": (
            _("Bij iemand anders van dit gezin kan dit niet ongedaan worden gemaakt; daarom is er niets gewijzigd."),
            _("Kijk bij die persoon onder Geschiedenis welke latere wijziging eerst ongedaan moet."),
        ),
        "partner_twice": (
            _("Een cliënt heeft hooguit één partner."),
            _("Verwijder een van de partners, of meld eerst de vorige partner af."),
        ),
        "same_person_twice": (
            _("Dit BSN staat al bij een ander in dit gezin."), _("Controleer het BSN, of verwijder een van beide."),
        ),
        "partner_minor": (
            _("De partner is op de ingangsdatum jonger dan 18 jaar."),
            _("Controleer de geboortedatum. Is dit een kind, voeg het dan als kind toe."),
        ),
        "child_adult": (
            _("Dit kind is op de ingangsdatum 18 jaar of ouder."),
            _("Meld wie 18 jaar of ouder is zelf aan als cliënt."),
        ),
        "child_not_younger": (
            _("Dit kind is niet jonger dan de cliënt."), _("Controleer beide geboortedatums."),
        ),
        "client_not_there": (
            _("De cliënt neemt op {day} niet deel."), _("Kies een ingangsdatum waarop de cliënt deelneemt."),
        ),
        "policyholder_minor": (
            _("De cliënt is op de ingangsdatum jonger dan 18 jaar en kan geen verzekering afsluiten."),
            _("Kies alleen de collectiviteit, of meld een ouder aan als cliënt."),
        ),
        "payment_missing": (_("De betalingswijze ontbreekt."), _("Kies hoe de premie wordt betaald.")),
        "payment_unknown": (_("Deze betalingswijze kennen we niet."), _("Kies een betalingswijze uit de lijst.")),
        "product_not_sold": (
            _("Deze verzekering wordt op {day} niet aangeboden in dit contract."),
            _("Kies een andere verzekering of een andere ingangsdatum."),
        ),
        "product_kind_twice": (
            _("Er zijn twee verzekeringen van dezelfde soort gekozen."), _("Kies er een van elke soort."),
        ),
        "basic_missing": (
            _("Een aanvullende of tandartsverzekering kan alleen samen met de basisverzekering."),
            _("Kies ook een basisverzekering, of geen van beide."),
        ),
        "already_insured": (
            _("Deze persoon is op de ingangsdatum al bij ons verzekerd."),
            _("Kies alleen de collectiviteit, of een latere ingangsdatum."),
        ),
        # BRP
        "register_unknown": (_("De BRP kent dit BSN niet."), passport),
        "register_deceased": (
            _("Volgens de BRP is deze persoon overleden."), _("Aanmelden is niet mogelijk. Controleer het BSN."),
        ),
        "register_name_differs": (_("De naam hoort volgens de BRP niet bij dit BSN."), passport),
        "register_birth_date_differs": (_("De geboortedatum hoort volgens de BRP niet bij dit BSN."), passport),
        # Cells of a file
        "action_missing": (
            _("De actie ontbreekt."), _("Kies {actions}."),
        ),
        "action_unknown": (
            _("Deze actie kennen we niet."), _("Kies {actions}."),
        ),
        "column_missing": (
            _("Deze kolom ontbreekt in het bestand."),
            _("Vul haar bij deze regel in. Ontbreekt zij in uw bestand, neem haar naam dan over uit het sjabloon."),
        ),
        "bsn_missing": (_("Het BSN ontbreekt."), _("Vul het burgerservicenummer van negen cijfers in.")),
        "bsn_invalid": (
            _("Dit is geen geldig BSN."), _("Controleer de negen cijfers; een nul vooraan telt mee."),
        ),
        "initials_missing": (_("De voorletters ontbreken."), _("Vul de voorletters in, bijvoorbeeld A.J.")),
        "surname_missing": (_("De achternaam ontbreekt."), _("Vul de achternaam in.")),
        "surname_without_letters": (_("De achternaam heeft geen letters."), _("Controleer de achternaam.")),
        "birth_date_missing": (_("De geboortedatum ontbreekt."), _("Vul de geboortedatum in als dd-mm-jjjj.")),
        "external_reference_missing": (
            _("Het nieuwe referentienummer ontbreekt."), _("Vul het nieuwe nummer in."),
        ),
        "bsn_in_wrong_column": (
            _("Hier staat een BSN. Zijn de kolommen verschoven?"), _("Zet het BSN alleen in de kolom BSN."),
        ),
        "cell_error": (
            _("In deze cel staat een fout of een formule zonder uitkomst."),
            _("Typ in de cel wat er moet staan, of maak haar leeg, bewaar het bestand en verstuur het opnieuw."),
        ),
        "too_long": (_("De tekst is te lang."), _("Gebruik hooguit {longest} tekens.")),
        "contract_with_name": (
            _("Hier staat meer dan een contractnummer."), _("Vul alleen het nummer van het contract in."),
        ),
        "unreadable_characters": (
            _("Er staan tekens in die we niet kunnen lezen."),
            _("Typ de cel opnieuw, zonder regeleinden en onzichtbare tekens."),
        ),
    }  # fmt: skip

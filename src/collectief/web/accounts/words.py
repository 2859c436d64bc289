"""What rules of access say by code, in words."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from collectief.access.rules import Standing, Wish
from collectief.brands.catalogue import Brand

from ..words import Shown

# How a colleague stands, and the colour of its label.
STANDINGS = {
    Standing.ACTIVE: (gettext_lazy("Actief"), "success"),
    Standing.INVITED: (gettext_lazy("Uitgenodigd"), "info"),
    Standing.EXPIRED: (gettext_lazy("Uitnodiging verlopen"), "warning"),
    Standing.REVOKED: (gettext_lazy("Uitnodiging ingetrokken"), "neutral"),
    Standing.INACTIVE: (gettext_lazy("Gedeactiveerd"), "neutral"),
}

# What somebody who leaves wants (O16), as the list of accounts says it.
WISHES = {
    Wish.STOP: gettext_lazy("Wil stoppen"),
    Wish.ROLE: gettext_lazy("Wil geen accounts meer beheren"),
    Wish.ORGANISATION: gettext_lazy("Wil dat de organisatie stopt"),
}


def access_refusal(code: str, params: Mapping[str, str], brand: Brand | None) -> tuple[str, str]:
    """Why something about access cannot be done, and what to do. A test sees to it that every code has words."""
    reason, remedy = refusals()[code]
    given = Shown({"desk": brand.support_phone if brand else "", **params})
    return reason.format_map(given), remedy.format_map(given)


def refusals() -> dict[str, tuple[str, str]]:
    """Reason and remedy by code."""
    return access_refusals() | linking_refusals() | leaving_refusals() | changing_refusals()


def leaving_refusals() -> dict[str, tuple[str, str]]:
    """Of leaving the portal (O16)."""
    return {
        "leaving_already": (_("U heeft al gevraagd om te stoppen."), _("Het staat op Mijn account.")),
        "asked_already": (_("U heeft al om rollen gevraagd."), _("Het staat op Mijn account.")),
        "managed_here": (
            _("Bij uw organisatie geeft een collega de rollen."),
            _("Vraag het wie bij uw organisatie de accounts beheert."),
        ),
        "no_such_request": (_("Dit verzoek kan nu niet."), _("Bekijk op Mijn account hoe het ervoor staat.")),
        "no_such_wish": (_("Dit verzoek kan nu niet."), _("Bekijk op Mijn account hoe het ervoor staat.")),
    }


def changing_refusals() -> dict[str, tuple[str, str]]:
    """Of asking for a change of data (W16)."""
    return {
        "no_such_contract": (_("Dit contract is niet van uw organisatie."), _("Kies een contract uit de lijst.")),
        "too_many_changes": (
            _("Er wachten al twintig wijzigingen van uw organisatie op antwoord."),
            _("Wacht op ons antwoord, of bel {desk}."),
        ),
    }


def linking_refusals() -> dict[str, tuple[str, str]]:
    """Of linking contracts (W17)."""
    return {
        "own_contract": (_("Dit contract is al van uw organisatie."), _("Het staat in de lijst hierboven.")),
        "contract_linked": (_("Dit contract is al gekoppeld."), _("Het staat in de lijst hieronder.")),
        "too_many_links": (
            _("Er is te vaak achter elkaar geprobeerd een contract te koppelen."),
            _("Wacht tien minuten en probeer het opnieuw."),
        ),
        "too_many_asked": (
            _("Er wachten al veel verzoeken van uw organisatie op antwoord."),
            _("Wacht tot die beantwoord zijn, of trek er een in. Of bel {desk}."),
        ),
    }


def access_refusals() -> dict[str, tuple[str, str]]:
    """Of access itself."""
    anew = _("Vraag de accountbeheerder die u heeft uitgenodigd om een nieuwe uitnodiging, of bel {desk}.")
    return {
        "free_mail": (
            _("{domain} is geen adres van een organisatie."),
            _("Vul een zakelijk adres in: wie bij de organisatie weggaat, verliest dan ook de toegang."),
        ),
        "shared_mailbox": (
            _("{box} is een adres dat meer mensen lezen."),
            _("Vul een adres in dat één persoon leest: een account is persoonlijk."),
        ),
        "already_here": (
            _("Met dit e-mailadres heeft al iemand een plaats bij uw organisatie."),
            _(
                "Zoek deze collega op in het overzicht. Staat uw collega daar niet bij, vraag het dan een "
                "accountbeheerder van alle contracten."
            ),
        ),
        "no_role": (_("Er is geen rol gekozen."), _("Kies ten minste één rol.")),
        "role_not_yours": (
            _("Deze rol kunt u niet geven of afnemen."),
            _("Vraag een collega die dat wel kan."),
        ),
        "no_contract": (
            _("Zonder contract kan uw collega niets zien."),
            _("Kies ten minste één contract."),
        ),
        "contract_not_yours": (
            _("Deze contracten kunt u niet geven."),
            _("Kies uit de contracten waarvoor u zelf toegang heeft."),
        ),
        "no_kvk": (_("Dit is geen KvK-nummer."), _("Vul de acht cijfers van het KvK-nummer in.")),
        "own_company": (
            _("Dit is het KvK-nummer van uw eigen organisatie."),
            _("Vul het nummer in van het kantoor dat namens u gaat werken."),
        ),
        "mandate_began": (_("Een machtiging kan niet eerder ingaan dan vandaag."), _("Vul een latere dag in.")),
        "mandate_ends_first": (
            _("De laatste dag ligt vóór de eerste."),
            _("Vul een latere einddatum in, of laat haar leeg."),
        ),
        "role_not_mandated": (_("Deze rol hoort niet bij de machtiging."), _("Kies uit de rollen die er staan.")),
        "not_a_colleague": (_("Dit is geen collega van uw organisatie."), _("Kies uit de collega’s die er staan.")),
        "yourself": (
            _("Uw eigen account kunt u hier niet wijzigen."),
            _("Vraag een andere accountbeheerder van uw organisatie, of bel ons."),
        ),
        "last_manager": (
            _("Dan is er niemand meer die accounts beheert."),
            _("Geef eerst een andere collega een rol die accounts beheert."),
        ),
        "just_sent": (
            _("De uitnodiging is net verstuurd."),
            _("Wacht een paar minuten. De mail kan ook bij ongewenste mail staan."),
        ),
        "already_in": (_("Deze uitnodiging is al gebruikt."), _("Een nieuwe is niet nodig.")),
        "invitation_unknown": (
            _("Deze uitnodiging is niet geldig."),
            _("Gebruik de link in de laatste mail.") + " " + anew,
        ),
        "password_short": (
            _("Dit wachtwoord is te kort."),
            _("Kies er een van ten minste {shortest} tekens, bijvoorbeeld een zin van een paar woorden."),
        ),
        "password_long": (_("Dit wachtwoord is te lang."), _("Kies er een van ten hoogste {longest} tekens.")),
        "password_common": (
            _("Dit wachtwoord wordt veel gebruikt en is snel te raden."),
            _("Kies iets eigens, bijvoorbeeld een zin van een paar woorden."),
        ),
        "password_breached": (
            _("Dit wachtwoord staat in een lijst van gestolen wachtwoorden."),
            _("Kies een ander, dat nergens anders gebruikt wordt of is."),
        ),
        "password_personal": (
            _("In dit wachtwoord staat een deel van de naam of het e-mailadres."),
            _("Kies er een zonder."),
        ),
        "wrong_password": (
            _("Dit e-mailadres en wachtwoord horen hier niet bij elkaar."),
            _("Controleer beide en probeer het opnieuw, of kies voor wachtwoord vergeten."),
        ),
        "too_many_tries": (
            _("Er is te vaak iets verkeerds ingevuld."),
            _("Wacht tien minuten en probeer het dan opnieuw, of bel {desk}."),
        ),
        "wrong_code": (
            _("Deze code klopt niet, of is al gebruikt."),
            _("Wacht op de volgende code in de app, en controleer of de klok van de telefoon goed staat."),
        ),
        "wrong_recovery_code": (
            _("Deze herstelcode klopt niet, of is al gebruikt."),
            _("Neem een andere code van de lijst, of bel {desk}."),
        ),
        "already_linked": (
            _("Er is al een tweede stap ingesteld, in een ander venster."),
            _("Log opnieuw in en gebruik die."),
        ),
        "no_mobile": (
            _("Dit is geen mobiel nummer."),
            _("Vul tien cijfers in die met 06 beginnen, of een nummer met + en het land ervoor."),
        ),
        "too_many_codes": (
            _("Er is te vaak achter elkaar om een code of link gevraagd."),
            _("Gebruik de laatste die is aangekomen, of probeer het over tien minuten opnieuw."),
        ),
        "too_many_requests": (
            _("Dit formulier is vanaf uw netwerk te vaak achter elkaar verstuurd."),
            _("Er is nu niets verstuurd. Wacht tien minuten en probeer het opnieuw, of bel {desk}."),
        ),
        "too_many_at_once": (
            _("Er komen nu te veel verzoeken tegelijk binnen."),
            _("Er is nu niets verstuurd. Wacht tien minuten en probeer het opnieuw, of bel {desk}."),
        ),
        "wrong_sent_code": (
            _("Deze code klopt niet of geldt niet meer."),
            _("Controleer de code in de laatste sms, of laat een nieuwe sturen: een code geldt tien minuten."),
        ),
        "wrong_passkey": (
            _("Deze passkey is hier niet bekend, of het bevestigen is niet gelukt."),
            _("Probeer het opnieuw of kies een andere manier. Lukt het niet, bel dan {desk}."),
        ),
        "weak_passkey": (
            _("De sleutel van deze passkey (RSA) is hier te klein om te vertrouwen."),
            _("Maak een passkey met een telefoon of met een beveiligingssleutel. Lukt het niet, bel dan {desk}."),
        ),
        "wrong_present_password": (
            _("Het huidige wachtwoord klopt niet."),
            _("Controleer het en probeer het opnieuw."),
        ),
        "last_factor": (
            _("Dit is de enige tweede stap die er is."),
            _("Stel eerst een andere in en verwijder deze daarna."),
        ),
        "use_work_account": (
            _("Dit account is gekoppeld aan een werkaccount: met een wachtwoord alleen kan dan geen passkey."),
            _("Ga terug naar inloggen en kies daar het werkaccount, of bel {desk}."),
        ),
        "factor_not_here": (
            _("Deze manier van bevestigen geldt in dit portaal niet."),
            _("Gebruik een passkey. Is die er niet meer, bel dan {desk}."),
        ),
        "same_address": (_("Dit is het adres dat er al is."), _("Vul het nieuwe adres in.")),
        "link_over": (
            _("Deze link is gebruikt of verlopen."),
            _("Gebruik de link in de laatste mail, of vraag een nieuwe aan."),
        ),
        "revoked": (
            _("Deze uitnodiging is ingetrokken."),
            _("Toegang geven doet de accountbeheerder van de organisatie: verwijs daarheen."),
        ),
        "reset_yourself": (
            _("Dit gaat over uw eigen account."),
            _("Vraag twee andere medewerkers van de helpdesk om het voor u te doen."),
        ),
        "reset_second_person": (
            _("Wie het vraagt, keurt het niet zelf goed."),
            _("Laat een andere medewerker van de helpdesk beslissen."),
        ),
        "reset_manages": (
            _("Wie hier ook accounts beheert, doet hier niet aan mee."),
            _("Vraag een medewerker van de helpdesk die geen accounts beheert."),
        ),
        "reset_newcomer": (
            _("Wie nog geen week bij de helpdesk werkt, doet hier niet aan mee."),
            _("Vraag een andere medewerker van de helpdesk."),
        ),
        "reset_running": (_("Er loopt al een verzoek voor deze gebruiker."), _("Kijk daar hoe het ermee staat.")),
        "reset_closed": (
            _("Deze gebruiker heeft nu geen toegang waarbij een tweede stap hoort."),
            _("Kijk op de pagina van de gebruiker waarom inloggen niet lukt."),
        ),
        "reset_no_password": (
            _("Zonder wachtwoord kan deze gebruiker daarna niets nieuws instellen."),
            _("Kijk op de pagina van de gebruiker waarom inloggen niet lukt."),
        ),
        "reset_no_factor": (
            _("Er is geen tweede stap om los te koppelen."),
            _("Na het wachtwoord vraagt het portaal om er een in te stellen."),
        ),
        "reset_stale": (
            _("Het telefoongesprek is meer dan drie dagen geleden."),
            _("Stop dit verzoek, bel opnieuw terug en vraag het opnieuw aan."),
        ),
        "reset_over": (
            _("Dit verzoek is al afgehandeld."),
            _("Kijk hoe het is afgelopen, of bel {desk}."),
        ),
        "no_longer": (_("Dit account heeft hier geen toegang meer."), _("Vraag het de hoofdgebruiker, of bel {desk}.")),
        "invitation_over": (_("Deze uitnodiging is gebruikt, ingetrokken of verlopen."), anew),
    }

"""What each action of the trail is called, and under which kind it can be looked for.

Whoever adds an action adds its words here: a test finds the ones that have none.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

type Words = str | Promise


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of action: its name, and the words of each action in it."""

    label: Words
    actions: dict[str, Words]
    # What only the insurer's own office does.
    office: bool = False


KINDS: dict[str, Kind] = {
    "ingezien": Kind(
        gettext_lazy("Gegevens bekeken"),
        {
            "participants.see": gettext_lazy("Gegevens van een deelnemer bekeken"),
            "documents.make": gettext_lazy("Document over een deelnemer gemaakt"),
            "documents.bundle": gettext_lazy("Documenten van deelnemers gedownload in een ZIP"),
            "documents.ask": gettext_lazy("Verzekeringsverklaring aangevraagd"),
            "documents.answer": gettext_lazy("Verzekeringsverklaring aangevuld door de verzekeraar"),
            "documents.open": gettext_lazy("Eerder gemaakt document geopend"),
            "cards.issue": gettext_lazy("Verzekeringspassen van deelnemers verstrekt"),
            "schedules.post": gettext_lazy("Polisbladen van deelnemers op papier verstuurd"),
            "post.return": gettext_lazy("Brief op papier kwam terug"),
            "post.again": gettext_lazy("Brief op papier opnieuw verstuurd"),
            "participants.list": gettext_lazy("Lijst met huidige deelnemers bekeken"),
            "participants.list_former": gettext_lazy("Lijst met oud deelnemers bekeken"),
            "reporting.flow_list": gettext_lazy("In- en uitstroomlijst bekeken"),
            "reporting.download_flow_list": gettext_lazy("In- en uitstroomlijst gedownload"),
            "deductible.list": gettext_lazy("Eigen risico verbruik bekeken"),
            "deductible.download": gettext_lazy("Eigen risico verbruik gedownload"),
            "participants.download": gettext_lazy("Lijst met huidige deelnemers gedownload"),
            "participants.download_former": gettext_lazy("Lijst met oud deelnemers gedownload"),
            "participants.download_template": gettext_lazy("Huidige deelnemers gedownload in het sjabloon"),
            "exports.make": gettext_lazy("Geplande lijst gemaakt"),
            "exports.download": gettext_lazy("Geplande lijst gedownload"),
            "mutations.see": gettext_lazy("Wijziging bekeken"),
            "mutations.latest": gettext_lazy("Dashboard bekeken"),
            "mutations.open": gettext_lazy("Lijst met wijzigingen in behandeling bekeken"),
            "mutations.rejected": gettext_lazy("Mislukte verwerkingen bekeken"),
            "messages.list": gettext_lazy("Berichten bekeken"),
            "messages.see": gettext_lazy("Bericht gelezen"),
            "messages.read_all": gettext_lazy("Berichten als gelezen gemarkeerd"),
            "batch.rows": gettext_lazy("Regels van een bestand bekeken"),
            "batch.bad_rows": gettext_lazy("Te herstellen regels van een bestand gedownload"),
        },
    ),
    "gewijzigd": Kind(
        gettext_lazy("Deelnemers gewijzigd"),
        {
            "mutation.enrol": gettext_lazy("Deelnemers aangemeld"),
            "mutation.terminate": gettext_lazy("Deelnemers afgemeld"),
            "mutation.re_enrol": gettext_lazy("Deelnemers opnieuw aangemeld"),
            "mutation.transfer": gettext_lazy("Deelnemers naar een ander contract overgezet"),
            "mutation.change_reference": gettext_lazy("Referentienummer gewijzigd"),
            "mutation.reverse": gettext_lazy("Wijziging ongedaan gemaakt"),
            "mutation.withdraw": gettext_lazy("Wijziging ingetrokken"),
            "mutation.several": gettext_lazy("Verschillende wijzigingen verwerkt"),
            "mutation.refuse": gettext_lazy("Onbruikbare regels afgewezen"),
        },
    ),
    "verdragsrecht": Kind(
        gettext_lazy("Verdragsrecht"),
        {
            "s1.ask": gettext_lazy("Verdragsrecht aangevraagd"),
            "s1.send": gettext_lazy("Verdragsrecht verstuurd naar het buitenland"),
            "s1.answer": gettext_lazy("Antwoord uit het buitenland ontvangen over verdragsrecht"),
            "s1.issue": gettext_lazy("Formulier verdragsrecht gemaakt door de verzekeraar"),
            "s1.refuse": gettext_lazy("Verdragsrecht afgewezen door de verzekeraar"),
            "s1.allow_another": gettext_lazy("Nieuwe aanvraag van verdragsrecht toegestaan door de verzekeraar"),
        },
    ),
    "bestanden": Kind(
        gettext_lazy("Bestanden"),
        {
            "batch.receive": gettext_lazy("Bestand verstuurd"),
            "batch.accept": gettext_lazy("Akkoord gegeven op een bestand"),
            "batch.done": gettext_lazy("Bestand verwerkt"),
            "batch.refused": gettext_lazy("Bestand afgewezen"),
            "batch.cancelled": gettext_lazy("Bestand geannuleerd"),
            "batch.stopped": gettext_lazy("Verwerking van een bestand gestopt"),
            "exports.plan": gettext_lazy("Lijst gepland"),
            "exports.stop": gettext_lazy("Geplande lijst gestopt"),
        },
    ),
    "accounts": Kind(
        gettext_lazy("Accounts"),
        {
            "account.list": gettext_lazy("Overzicht van accounts bekeken"),
            "account.invite": gettext_lazy("Collega uitgenodigd"),
            "account.resend_invitation": gettext_lazy("Uitnodiging opnieuw verstuurd"),
            "account.renew_invitation": gettext_lazy("Nieuwe uitnodiging aangevraagd"),
            "account.revoke_invitation": gettext_lazy("Uitnodiging ingetrokken"),
            "account.accept_invitation": gettext_lazy("Uitnodiging gebruikt"),
            "account.change_roles": gettext_lazy("Rollen van een collega gewijzigd"),
            "account.change_contracts": gettext_lazy("Contracten van een collega gewijzigd"),
            "account.deactivate": gettext_lazy("Account gedeactiveerd"),
            "account.ask_roles": gettext_lazy("Gevraagd om een rol"),
            "account.take_back_roles": gettext_lazy("Verzoek om een rol ingetrokken"),
            "account.ask_to_leave": gettext_lazy("Gevraagd om te stoppen met het portaal"),
            "account.choose_mail": gettext_lazy("Gekozen wanneer er mail komt over berichten"),
            "account.stay": gettext_lazy("Verzoek om te stoppen ingetrokken"),
            "account.leave": gettext_lazy("Verzoek om te stoppen uitgevoerd door de verzekeraar"),
            "account.reactivate": gettext_lazy("Account weer geactiveerd"),
            "account.ask_reset": gettext_lazy("Gevraagd om een tweede stap los te koppelen"),
            "account.approve_reset": gettext_lazy("Loskoppelen van een tweede stap goedgekeurd"),
            "account.refuse_reset": gettext_lazy("Loskoppelen van een tweede stap afgewezen"),
            "account.stop_reset": gettext_lazy("Loskoppelen van een tweede stap gestopt"),
            "account.reset_second_factor": gettext_lazy("Tweede stap losgekoppeld"),
        },
    ),
    "machtigingen": Kind(
        gettext_lazy("Machtigingen"),
        {
            "mandate.list": gettext_lazy("Overzicht van machtigingen bekeken"),
            "mandate.give": gettext_lazy("Machtiging gegeven"),
            "mandate.revoke": gettext_lazy("Machtiging ingetrokken"),
            "mandate.assign": gettext_lazy("Gekozen wie met een machtiging werkt"),
            "mandate.enter": gettext_lazy("Begonnen namens uw organisatie te werken"),
            "mandate.leave": gettext_lazy("Gestopt namens uw organisatie te werken"),
            "mandate.use": gettext_lazy("Begonnen namens een andere organisatie te werken"),
        },
    ),
    "contracten": Kind(
        gettext_lazy("Contracten"),
        {
            "contract.link": gettext_lazy("Contract gekoppeld"),
            "contract.ask_link": gettext_lazy("Gevraagd om een contract te koppelen"),
            "contract.refuse_link": gettext_lazy("Koppelen van een contract geweigerd"),
            "question.ask": gettext_lazy("Vraag gesteld"),
            "question.answer": gettext_lazy("Vraag beantwoord"),
            "contract.ask_change": gettext_lazy("Wijziging van gegevens gevraagd"),
            "contract.change": gettext_lazy("Wijziging van gegevens doorgevoerd"),
            "contract.refuse_change": gettext_lazy("Wijziging van gegevens niet doorgevoerd"),
            "contract.unlink": gettext_lazy("Contract ontkoppeld"),
            "contract.offer": gettext_lazy("Product in contract gewijzigd"),
            "contract.follow_offer": gettext_lazy("Verzekering van deelnemers aangepast aan het contract"),
            "contract.change_contact": gettext_lazy("Contactgegevens gewijzigd"),
            "contract.open": gettext_lazy("Contract geopend"),
            "contract.end": gettext_lazy("Einddatum van een contract gewijzigd"),
            "contract.rename": gettext_lazy("Naam van een contract gewijzigd"),
            "customer.add": gettext_lazy("Organisatie toegevoegd"),
            "customer.rename": gettext_lazy("Naam van de organisatie gewijzigd"),
            "customer.end": gettext_lazy("Einde als klant vastgelegd"),
            "customer.stay": gettext_lazy("Einde als klant ingetrokken"),
            "customer.give_relationship_manager": gettext_lazy("Accountmanager vastgelegd"),
            "reporting.download_use": gettext_lazy("Contract gebruik gedownload"),
        },
    ),
    "inloggen": Kind(
        gettext_lazy("In- en uitloggen"),
        {
            "account.sign_in": gettext_lazy("Ingelogd"),
            "account.sign_out": gettext_lazy("Uitgelogd"),
            "account.end_sessions": gettext_lazy("Elders uitgelogd"),
            "page.refuse": gettext_lazy("Pagina geweigerd: daarvoor is een andere rol nodig"),
        },
    ),
    "beveiliging": Kind(
        gettext_lazy("Wachtwoord en tweede stap"),
        {
            "account.password": gettext_lazy("Wachtwoord ingevuld"),
            "account.confirm": gettext_lazy("Tweede stap opnieuw gezet"),
            "account.change_password": gettext_lazy("Wachtwoord gewijzigd"),
            "account.reset_password": gettext_lazy("Nieuw wachtwoord gekozen met een link uit een mail"),
            "account.link_factor": gettext_lazy("Tweede stap gekoppeld"),
            "account.unlink_factor": gettext_lazy("Tweede stap ontkoppeld"),
            "account.recover": gettext_lazy("Herstelcode gebruikt"),
            "account.new_recovery_codes": gettext_lazy("Nieuwe herstelcodes gemaakt"),
            "account.reset_second_factor": gettext_lazy("Tweede stap door de helpdesk ontkoppeld"),
            "account.ask_address": gettext_lazy("Ander e-mailadres gevraagd"),
            "account.change_address": gettext_lazy("E-mailadres gewijzigd"),
            "account.link_identity": gettext_lazy("eHerkenning gekoppeld"),
        },
    ),
    "helpdesk": Kind(
        gettext_lazy("Helpdesk"),
        {
            "helpdesk.search": gettext_lazy("Gebruikers gezocht"),
            "helpdesk.see": gettext_lazy("Gebruiker bekeken"),
            "helpdesk.see_reset": gettext_lazy("Verzoek om een tweede stap los te koppelen bekeken"),
        },
    ),
    "logboek": Kind(
        gettext_lazy("Logboek"),
        {
            "audit.log": gettext_lazy("Logboek bekeken"),
            "audit.download": gettext_lazy("Logboek gedownload"),
            "audit.participant": gettext_lazy("Bekeken wie gegevens van een deelnemer heeft gezien"),
            "audit.search": gettext_lazy("Door de auditor gezocht"),
        },
    ),
    "zaken": Kind(
        gettext_lazy("Zaken"),
        {
            "case.list": gettext_lazy("Wachtende zaken bekeken"),
            "case.list_decided": gettext_lazy("Besliste zaken bekeken"),
            "case.see": gettext_lazy("Zaak bekeken"),
            "case.take": gettext_lazy("Zaak genomen"),
            "case.give_back": gettext_lazy("Zaak teruggegeven"),
            "case.note": gettext_lazy("Notitie bij een zaak gezet"),
            "case.decide": gettext_lazy("Zaak beslist"),
        },
        office=True,
    ),
    "buitenland": Kind(
        gettext_lazy("Verdragsrecht (kantoor)"),
        {
            "s1.search": gettext_lazy("Aanvragen van verdragsrecht gezocht"),
            "s1.see": gettext_lazy("Aanvraag van verdragsrecht bekeken"),
        },
        office=True,
    ),
    "producten": Kind(
        gettext_lazy("Producten"),
        {
            "terms.see_contract": gettext_lazy("Producten van een contract bekeken"),
            "terms.add_product": gettext_lazy("Product toegevoegd"),
            "terms.propose_tariff": gettext_lazy("Premie voorgesteld"),
            "terms.propose_offer": gettext_lazy("Product in contract voorgesteld"),
            "terms.load": gettext_lazy("Voorwaarden uit een bestand overgenomen"),
        },
        office=True,
    ),
    "klanten": Kind(
        gettext_lazy("Organisaties en contracten"),
        {
            "office.found": gettext_lazy("Kantoor begonnen: eerste persoon uitgenodigd"),
            "customer.list": gettext_lazy("Overzicht van organisaties bekeken"),
            "customer.see": gettext_lazy("Organisatie bekeken"),
            "contract.list": gettext_lazy("Overzicht van contracten bekeken"),
            "contract.see": gettext_lazy("Contract bekeken"),
            "contract.propose_opening": gettext_lazy("Contract voorgesteld"),
            "contract.propose_end": gettext_lazy("Andere einddatum van een contract voorgesteld"),
            "relationship_manager.list": gettext_lazy("Overzicht van accountmanagers bekeken"),
            "relationship_manager.add": gettext_lazy("Accountmanager toegevoegd"),
            "relationship_manager.change": gettext_lazy("Gegevens van een accountmanager gewijzigd"),
            "relationship_manager.remove": gettext_lazy("Accountmanager verwijderd"),
            "label.list": gettext_lazy("Labels en portalen bekeken"),
            "label.rename": gettext_lazy("Naam van een label gewijzigd"),
            "label.set_code": gettext_lazy("UZOVI-code van een label vastgelegd"),
        },
        office=True,
    ),
    "nieuws": Kind(
        gettext_lazy("Nieuws en berichten"),
        {
            "news.list": gettext_lazy("Overzicht van nieuws bekeken"),
            "news.see": gettext_lazy("Nieuws bekeken"),
            "news.publish": gettext_lazy("Nieuws of bericht geplaatst"),
            "news.withdraw": gettext_lazy("Nieuws of bericht ingetrokken"),
        },
        office=True,
    ),
    "post": Kind(
        gettext_lazy("Post"),
        {
            "post.list": gettext_lazy("Post bekeken"),
            "cards.issue": gettext_lazy("Verstrekken van verzekeringspassen begonnen"),
            "post.see": gettext_lazy("Brief in de post bekeken"),
            "post.return": gettext_lazy("Brief gemeld als retour"),
            "post.again": gettext_lazy("Brief opnieuw verstuurd"),
        },
        office=True,
    ),
    "runs": Kind(
        gettext_lazy("Maandelijkse runs"),
        {
            "runs.list": gettext_lazy("Overzicht van runs bekeken"),
            "runs.preview": gettext_lazy("Vooraf bekeken wat een run doet"),
            "runs.see": gettext_lazy("Run bekeken"),
            "runs.start": gettext_lazy("Run gestart"),
            "runs.plan": gettext_lazy("Run vanzelf gepland"),
            "runs.done": gettext_lazy("Run afgerond"),
            "deductible.imports": gettext_lazy("Bestanden met eigen risico bekeken"),
            "deductible.see_import": gettext_lazy("Bestand met eigen risico bekeken"),
            "deductible.import": gettext_lazy("Eigen risico van deelnemers overgenomen"),
            "deductible.import_done": gettext_lazy("Bestand met eigen risico ingelezen"),
        },
        office=True,
    ),
    "onderzoek": Kind(
        gettext_lazy("Onderzoek"),
        {
            "audit.search": gettext_lazy("In het logboek van alle organisaties gezocht"),
            "audit.export": gettext_lazy("Gevonden gebeurtenissen gedownload"),
        },
        office=True,
    ),
}

# What the office does for a customer may be called otherwise in the log of either: its own words come last, and stand.
_WORDS: dict[bool, dict[str, Words]] = {
    office: {
        action: words
        for kind in sorted(KINDS.values(), key=lambda kind: kind.office is office)
        for action, words in kind.actions.items()
    }
    for office in (False, True)
}
# Trying and failing needs other words for some.
_FAILED: dict[str, Words] = {
    "account.sign_in": gettext_lazy("Inloggen geweigerd"),
    "account.accept_invitation": gettext_lazy("Uitnodiging geweigerd"),
    "account.password": gettext_lazy("Verkeerd wachtwoord"),
    "account.confirm": gettext_lazy("Tweede stap mislukt"),
    "account.recover": gettext_lazy("Verkeerde herstelcode"),
    "account.link_factor": gettext_lazy("Koppelen van een tweede stap mislukt"),
    "account.link_identity": gettext_lazy("Koppelen van eHerkenning geweigerd"),
    "documents.open": gettext_lazy("Eerder gemaakt document niet te openen: het bestand is beschadigd"),
    "exports.download": gettext_lazy("Geplande lijst niet te openen: het bestand is beschadigd"),
    "s1.send": gettext_lazy("Verdragsrecht niet aangenomen door EESSI: het wordt met de hand gemaakt"),
    "mutation.enrol": gettext_lazy("Aanmelding afgewezen"),
    "mutation.terminate": gettext_lazy("Afmelding afgewezen"),
    "mutation.re_enrol": gettext_lazy("Her-aanmelding afgewezen"),
    "mutation.transfer": gettext_lazy("Wissel van contract afgewezen"),
    "mutation.change_reference": gettext_lazy("Wijziging van het referentienummer afgewezen"),
    "mutation.reverse": gettext_lazy("Ongedaan maken afgewezen"),
    "mutation.several": gettext_lazy("Verschillende wijzigingen afgewezen"),
}


def action_words(action: str, outcome: str, *, office: bool) -> str:
    """An action in words, for a customer or for the insurer's `office`; its code for one that is older or newer."""
    failed = _FAILED.get(action) if outcome == "failure" else None
    return str(failed or _WORDS[office].get(action, action))


def outcome_words(outcome: str) -> tuple[str, str]:
    """How it ended, and its colour."""
    return (_("Gelukt"), "success") if outcome == "success" else (_("Niet gelukt"), "danger")

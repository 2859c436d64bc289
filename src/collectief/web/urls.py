"""The portal's addresses."""

from __future__ import annotations

from django.urls import include, path

from . import check_document, choose_organisation, contact, eherkenning, health, on_behalf, sign_in, single_sign_on
from .contracts import contacts, terms

urlpatterns = [
    path("healthz", health.alive, name="alive"),
    path("readyz", health.ready, name="ready"),
    path("metrics", health.metrics, name="metrics"),
    path("", sign_in.home, name="home"),
    path("inloggen/", sign_in.sign_in, name="sign_in"),
    path("", include("collectief.web.password.urls")),
    path("inloggen/eherkenning/", sign_in.begin, name="sign_in_begin"),
    path("inloggen/terug/", sign_in.complete, name="sign_in_complete"),
    path("inloggen/werkaccount/", single_sign_on.begin, name="single_sign_on"),
    path("inloggen/werkaccount/terug/", single_sign_on.complete, name="single_sign_on_complete"),
    path("inloggen/organisatie/", choose_organisation.choose, name="choose_organisation"),
    path("inloggen/eherkenning/metadata/", eherkenning.metadata, name="eherkenning_metadata"),
    path("inloggen/eherkenning/dienstencatalogus/", eherkenning.catalogue, name="eherkenning_catalogue"),
    path("uitloggen/", sign_in.sign_out, name="sign_out"),
    path("namens/", on_behalf.on_behalf, name="on_behalf"),
    path("sessie/verlengen/", sign_in.stay, name="stay"),
    path("controleren/", check_document.check, name="check_document"),
    path("taal/", sign_in.language, name="language"),
    path("", include("collectief.web.participants.urls")),
    path("", include("collectief.web.abroad.urls")),
    path("", include("collectief.web.household.urls")),
    path("", include("collectief.web.accounts.urls")),
    path("", include("collectief.web.onboarding.urls")),
    path("contracten/", include("collectief.web.contracts.urls")),
    path("contractgegevens/", terms.terms, name="contract_data"),
    path("contractgegevens/bedrijf/", contacts.of_company, name="company_contact"),
    path("contractgegevens/<int:contract_id>/contactpersonen/", contacts.of_contract, name="contract_contacts"),
    path("contact/", contact.contact, name="contact"),
    path("", include("collectief.web.reporting.urls")),
    path("", include("collectief.web.terms.urls")),
    path("", include("collectief.web.customers.urls")),
    path("", include("collectief.web.exports.urls")),
    path("", include("collectief.web.inbox.urls")),
    path("", include("collectief.web.news.urls")),
    path("", include("collectief.web.post.urls")),
    path("", include("collectief.web.runs.urls")),
    path("", include("collectief.web.deductible.urls")),
    path("", include("collectief.web.log.urls")),
    path("", include("collectief.web.cases.urls")),
    path("", include("collectief.web.trail.urls")),
    path("", include("collectief.web.helpdesk.urls")),
    path("uploads/", include("collectief.web.uploads.urls")),
]

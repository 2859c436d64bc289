"""Addresses of the office's customers."""

from __future__ import annotations

from django.urls import path

from . import contracts, labels, organisations, relationships

urlpatterns = [
    path("organisaties/", organisations.overview, name="customers"),
    path("organisaties/nieuw/", organisations.new, name="new_customer"),
    path("organisaties/accountmanagers/", relationships.overview, name="relationship_managers"),
    path("organisaties/accountmanagers/nieuw/", relationships.new, name="new_relationship_manager"),
    path("organisaties/accountmanagers/<int:manager_id>/", relationships.change, name="change_relationship_manager"),
    path(
        "organisaties/accountmanagers/<int:manager_id>/verwijderen/",
        relationships.remove,
        name="remove_relationship_manager",
    ),
    path("organisaties/<int:organisation_id>/", organisations.one, name="customer"),
    path("organisaties/<int:organisation_id>/naam/", organisations.rename, name="rename_customer"),
    path("organisaties/<int:organisation_id>/contactgegevens/", organisations.contacts, name="customer_contacts"),
    path(
        "organisaties/<int:organisation_id>/accountmanager/",
        relationships.of_customer,
        name="customer_relationship_manager",
    ),
    path("organisaties/<int:organisation_id>/einde/", organisations.end, name="end_customer"),
    path("organisaties/<int:organisation_id>/contract/", contracts.open_, name="open_contract"),
    path("collectiviteiten/", contracts.overview, name="group_contracts"),
    path("collectiviteiten/<int:group_contract_id>/", contracts.one, name="group_contract"),
    path("collectiviteiten/<int:group_contract_id>/naam/", contracts.rename, name="rename_contract"),
    path(
        "collectiviteiten/<int:group_contract_id>/contactpersonen/", contracts.contacts, name="group_contract_contacts"
    ),
    path("collectiviteiten/<int:group_contract_id>/einde/", contracts.end, name="end_contract"),
    path("labels/", labels.labels, name="labels"),
    path("labels/naam/", labels.rename, name="rename_label"),
    path("labels/code/", labels.code, name="label_code"),
]

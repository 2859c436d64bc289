"""Addresses of products and contracts' terms."""

from __future__ import annotations

from django.urls import path

from . import offers, products

urlpatterns = [
    path("producten/", products.products, name="products"),
    path("producten/<int:product_id>/", products.product, name="product"),
    path("producten/<int:product_id>/premie/", products.propose, name="propose_tariff"),
    path("contractvoorwaarden/", offers.contract, name="contract_terms"),
]

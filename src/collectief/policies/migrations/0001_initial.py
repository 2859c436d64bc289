"""Products, their tariffs and what contracts offer: kept by the insurer's staff, read by whoever has a contract there."""

from __future__ import annotations

import django.db.models.deletion
from django.db import migrations, models

from collectief.scope.database import Audience
from collectief.scope.rowsecurity import REACH, own_insurer, own_rows, within_reach

_OPEN = models.Q(state__in=["proposed", "agreed"])


def _id() -> models.BigAutoField:  # type: ignore[type-arg]
    return models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")


def _key(to: str) -> models.ForeignKey:  # type: ignore[type-arg]
    return models.ForeignKey(to=to, on_delete=django.db.models.deletion.PROTECT, db_index=False)


def _proposal() -> list[tuple[str, models.Field]]:  # type: ignore[type-arg]
    return [
        ("id", _id()),
        ("insurer", _key("contracts.insurer")),
        ("first_day", models.DateField()),
        ("state", models.CharField(default="proposed", max_length=10)),
        ("proposed_by", models.CharField(max_length=120)),
        ("proposed_at", models.DateTimeField()),
        ("decided_at", models.DateTimeField(null=True)),
        ("reason", models.CharField(default="", max_length=500)),
        ("product", _key("policies.product")),
    ]


class Migration(migrations.Migration):
    initial = True
    dependencies = [("contracts", "0011_without_kvk"), ("cases", "0001_initial")]
    operations = [
        migrations.CreateModel(
            name="Product",
            fields=[
                ("id", _id()),
                ("insurer", _key("contracts.insurer")),
                ("code", models.CharField(max_length=20)),
                ("name", models.CharField(max_length=80)),
                ("kind", models.CharField(max_length=20)),
                ("label", models.CharField(max_length=80)),
            ],
            options={
                "db_table": "product",
                "constraints": [models.UniqueConstraint(fields=["insurer", "code"], name="product_once")],
            },
        ),
        migrations.CreateModel(
            name="ProductTariff",
            fields=[
                *_proposal(),
                ("bands", models.JSONField()),
                ("voluntary", models.JSONField(default=list)),
            ],
            options={
                "db_table": "product_tariff",
                "constraints": [
                    models.UniqueConstraint(
                        fields=["product", "first_day"], condition=_OPEN, name="product_tariff_once"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="ContractOffer",
            fields=[
                *_proposal(),
                ("organisation", _key("contracts.organisation")),
                ("contract", _key("contracts.groupcontract")),
                ("discount", models.PositiveSmallIntegerField(default=0)),
                ("offered", models.BooleanField(default=True)),
            ],
            options={
                "db_table": "contract_offer",
                "indexes": [models.Index(fields=["organisation", "contract"], name="contract_offer_of")],
                "constraints": [
                    models.UniqueConstraint(
                        fields=["contract", "product", "first_day"], condition=_OPEN, name="contract_offer_once"
                    )
                ],
            },
        ),
        own_insurer("product", Audience.STAFF, rights="SELECT, INSERT"),
        own_insurer("product", Audience.ORGANISATION, rights="SELECT"),
        own_insurer("product_tariff", Audience.STAFF, rights="SELECT, INSERT, UPDATE (state, reason, decided_at)"),
        own_insurer("product_tariff", Audience.ORGANISATION, rights="SELECT"),
        own_insurer("contract_offer", Audience.STAFF, rights="SELECT, INSERT, UPDATE (state, reason, decided_at)"),
        own_rows("contract_offer", rights="SELECT"),
        within_reach("contract_offer", f"contract_id = ANY ({REACH})"),
    ]

"""Organisations and what they agreed."""

from __future__ import annotations

from django.db import models


class Insurer(models.Model):
    """A health insurer; nothing joins across two of them."""

    slug = models.SlugField(unique=True)
    name = models.CharField(max_length=120)

    class Meta:
        db_table = "insurer"


class Organisation(models.Model):
    """A customer: its KvK number says who may sign in for it, its segment what it can do.

    `rsin` (9 digits) is what eHerkenning knows some by instead; empty where nobody needs it.
    """

    insurer = models.ForeignKey(Insurer, models.PROTECT)
    name = models.CharField(max_length=200)
    kvk = models.CharField(max_length=8)
    rsin = models.CharField(max_length=9, default="", db_default="")
    segment = models.CharField(max_length=40)
    # The establishment (vestigingsnummer) it is, when it is not the whole company.
    branch = models.CharField(max_length=12, default="", db_default="")

    class Meta:
        db_table = "organisation"
        # One company may be several customers: establishments apart, or an agency that is also something else.
        constraints = [
            models.UniqueConstraint(fields=["insurer", "kvk", "branch", "segment"], name="organisation_once"),
            models.UniqueConstraint(
                fields=["insurer", "rsin", "branch", "segment"],
                name="organisation_rsin_once",
                condition=~models.Q(rsin=""),
            ),
        ]


class GroupContract(models.Model):
    """A collectiviteit: under it people are enrolled. `end_day` is the first day it no longer holds."""

    insurer = models.ForeignKey(Insurer, models.PROTECT)
    organisation = models.ForeignKey(Organisation, models.PROTECT)
    number = models.CharField(max_length=20)
    name = models.CharField(max_length=120)
    first_day = models.DateField()
    end_day = models.DateField(null=True)

    class Meta:
        db_table = "group_contract"
        constraints = [models.UniqueConstraint(fields=["insurer", "number"], name="group_contract_once")]

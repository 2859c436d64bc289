"""What an insurer sells, for how much, what a contract offers of it, and who is insured by that."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField, DateRangeField
from django.db import models

from collectief.contracts.models import GroupContract, Insurer, Organisation
from collectief.participants.models import Participant


class Product(models.Model):
    """Something to be insured for; `label` is the risk carrier that sells it."""

    insurer = models.ForeignKey(Insurer, models.PROTECT, db_index=False)
    code = models.CharField(max_length=20)
    name = models.CharField(max_length=80)
    kind = models.CharField(max_length=20)
    label = models.CharField(max_length=80)

    class Meta:
        db_table = "product"
        constraints = [models.UniqueConstraint(fields=["insurer", "code"], name="product_once")]


class LabelCode(models.Model):
    """The UZOVI code of a label from a day on; the latest that has begun holds."""

    insurer = models.ForeignKey(Insurer, models.PROTECT, db_index=False)
    label = models.CharField(max_length=80)
    uzovi = models.CharField(max_length=4)
    first_day = models.DateField()

    class Meta:
        db_table = "label_code"
        constraints = [models.UniqueConstraint(fields=["insurer", "label", "first_day"], name="label_code_once")]


class Proposal(models.Model):
    """Terms that one employee enters and another agrees to before they count (four eyes, K02)."""

    insurer = models.ForeignKey(Insurer, models.PROTECT, db_index=False)
    first_day = models.DateField()
    state = models.CharField(max_length=10, default="proposed")
    proposed_by = models.CharField(max_length=120)
    proposed_at = models.DateTimeField()
    decided_at = models.DateTimeField(null=True)
    # Why a colleague did not agree.
    reason = models.CharField(max_length=500, default="")

    class Meta:
        abstract = True


class ProductTariff(Proposal):
    """What a product costs from a day on: `bands` of [from age, last age or null, cents a month], and `voluntary` of
    [deductible in euro, cents off a month].
    """

    product = models.ForeignKey(Product, models.PROTECT, db_index=False)
    bands = models.JSONField()
    voluntary = models.JSONField(default=list)

    class Meta:
        db_table = "product_tariff"
        constraints = [
            models.UniqueConstraint(
                fields=["product", "first_day"],
                condition=models.Q(state__in=["proposed", "agreed"]),
                name="product_tariff_once",
            )
        ]


class ContractOffer(Proposal):
    """A product that a contract offers from a day on, with its collective discount in hundredths of a percent.

    `offered` is false where it stops.
    """

    organisation = models.ForeignKey(Organisation, models.PROTECT, db_index=False)
    contract = models.ForeignKey(GroupContract, models.PROTECT, db_index=False)
    product = models.ForeignKey(Product, models.PROTECT, db_index=False)
    discount = models.PositiveSmallIntegerField(default=0)
    offered = models.BooleanField(default=True)

    class Meta:
        db_table = "contract_offer"
        constraints = [
            models.UniqueConstraint(
                fields=["contract", "product", "first_day"],
                condition=models.Q(state__in=["proposed", "agreed"]),
                name="contract_offer_once",
            )
        ]
        indexes = [models.Index(fields=["organisation", "contract"], name="contract_offer_of")]


class PolicyTerm(models.Model):
    """A product that a participant is insured with for a time (polisperiode), and the contract that pays for it.

    `participation_id` is the stay it comes from: no foreign key, since stays are of a higher room, which writes these
    rows with its own. `kind` is a copy of the product's, so that the table itself keeps to one product of a kind at a
    time; why the rest has no foreign keys to check for every row: ADR 9.
    """

    insurer_id = models.BigIntegerField()
    organisation = models.ForeignKey(Organisation, models.PROTECT, db_index=False, db_constraint=False)
    participant = models.ForeignKey(Participant, models.PROTECT, db_index=False, db_constraint=False)
    participation_id = models.BigIntegerField()
    contract = models.ForeignKey(GroupContract, models.PROTECT, db_index=False, db_constraint=False)
    product = models.ForeignKey(Product, models.PROTECT, db_index=False, db_constraint=False)
    kind = models.CharField(max_length=20)
    period = DateRangeField()
    # For whom it is not the organisation's: the participant who took it out and pays for it, and how (G06).
    policyholder_id = models.BigIntegerField(null=True)
    payment = models.CharField(max_length=20, default="", db_default="")

    class Meta:
        db_table = "policy_term"
        indexes = [models.Index(fields=["participation_id"], name="policy_term_of_participation")]


class CardRun(models.Model):
    """That the cards of a year are issued at an insurer: from then on whoever is insured gets theirs (U11)."""

    insurer = models.ForeignKey(Insurer, models.PROTECT, db_index=False)
    year = models.SmallIntegerField()
    started_by = models.CharField(max_length=120)
    started_at = models.DateTimeField()

    class Meta:
        db_table = "card_run"
        constraints = [models.UniqueConstraint(fields=["insurer", "year"], name="card_run_once")]


class InsuranceCard(models.Model):
    """The card of somebody for a year, as one organisation got it; or why there is none yet.

    `number` is the person's: of whoever is insured through another organisation later, it is the same. `document_id`
    is the letter it stands on: no foreign key, since that goes after its own term.
    """

    insurer_id = models.BigIntegerField()
    organisation = models.ForeignKey(Organisation, models.PROTECT, db_index=False)
    participant = models.ForeignKey(Participant, models.PROTECT, db_constraint=False, db_index=False)
    year = models.SmallIntegerField()
    number = models.CharField(max_length=16)
    expires_on = models.DateField()
    document_id = models.BigIntegerField(null=True)
    problem = models.CharField(max_length=20, default="", db_default="")
    tried_at = models.DateTimeField()

    class Meta:
        db_table = "insurance_card"
        constraints = [
            models.UniqueConstraint(fields=["organisation", "participant", "year"], name="insurance_card_once")
        ]
        indexes = [
            models.Index(fields=["insurer_id", "year"], name="insurance_card_of_year"),
            models.Index(fields=["expires_on"], name="insurance_card_by_term"),
        ]


class PostedSchedule(models.Model):
    """That the schedule of an insurance somebody took out went on paper, or why it has not yet (G06, K08).

    `participation_id` is the stay it was taken out with, `document_id` the letter: no foreign keys, as above.
    """

    insurer_id = models.BigIntegerField()
    organisation = models.ForeignKey(Organisation, models.PROTECT, db_index=False)
    participant = models.ForeignKey(Participant, models.PROTECT, db_constraint=False, db_index=False)
    participation_id = models.BigIntegerField()
    document_id = models.BigIntegerField(null=True)
    problem = models.CharField(max_length=20, default="", db_default="")
    tried_at = models.DateTimeField()

    class Meta:
        db_table = "posted_schedule"
        constraints = [
            models.UniqueConstraint(fields=["organisation", "participation_id"], name="schedule_posted_once")
        ]
        indexes = [
            models.Index(fields=["tried_at"], name="schedule_posted_by_term"),
            models.Index(
                fields=["insurer_id"], name="schedule_not_posted", condition=models.Q(document_id__isnull=True)
            ),
        ]


class StatementRequest(models.Model):
    """An insurance statement that the records here do not suffice for: asked for, and what the insurer adds (U08, U15).

    Whom it is about the insurer reads from the relation number. `days` are the stretches that are not recorded here.
    """

    insurer = models.ForeignKey(Insurer, models.PROTECT, db_index=False)
    organisation = models.ForeignKey(Organisation, models.PROTECT, db_index=False)
    participant = models.ForeignKey(Participant, models.PROTECT, db_constraint=False, db_index=False)
    relation_number = models.CharField(max_length=12)
    contracts = ArrayField(models.BigIntegerField())
    days = models.JSONField()
    account_id = models.BigIntegerField()
    # Under which mandate it was asked, if any.
    mandate_id = models.BigIntegerField(null=True)
    asked_by = models.CharField(max_length=120)
    brand = models.CharField(max_length=40)
    asked_at = models.DateTimeField()
    answer = models.CharField(max_length=2000, default="", db_default="")
    answered_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "statement_request"
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "participant"],
                condition=models.Q(answered_at=None),
                name="statement_request_open_once",
            )
        ]
        indexes = [models.Index(fields=["organisation", "participant", "-asked_at"], name="statement_request_of")]

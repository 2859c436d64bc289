"""What people ask the insurer for about access: an account, or a further role."""

from __future__ import annotations

from uuid import uuid4

from django.contrib.postgres.fields import ArrayField
from django.db import models

from collectief.access.models import Membership
from collectief.contracts.models import Organisation


class AccountApplication(models.Model):
    """One application. Its number is made here: whoever applies may add a row and read none, not even their own:
    so no column has its value from the database, which would hand it back."""

    id = models.UUIDField(primary_key=True, default=uuid4)
    insurer = models.CharField(max_length=50)
    brand = models.CharField(max_length=40)
    language = models.CharField(max_length=5)
    segment = models.CharField(max_length=40)
    organisation = models.CharField(max_length=200)
    kvk = models.CharField(max_length=8)
    name = models.CharField(max_length=120)
    email = models.EmailField()
    phone = models.CharField(max_length=20)
    roles = ArrayField(models.CharField(max_length=40))
    applied_at = models.DateTimeField()
    # From then on its term runs (law 9).
    decided_at = models.DateTimeField(null=True)
    # Empty until decided; then what was, for the letter.
    decision = models.CharField(max_length=12, default="")
    reason = models.CharField(max_length=500, default="")

    class Meta:
        db_table = "account_application"


class RoleRequest(models.Model):
    """Somebody asks for further roles where nobody of their organisation can give them (U02). One open at a time."""

    insurer_id = models.BigIntegerField()
    organisation = models.ForeignKey(Organisation, models.PROTECT, db_index=False)
    membership = models.ForeignKey(Membership, models.CASCADE)
    roles = ArrayField(models.CharField(max_length=40))
    brand = models.CharField(max_length=40)
    language = models.CharField(max_length=5)
    asked_at = models.DateTimeField()
    # When it was decided or taken back; from then on its term runs (law 9).
    decided_at = models.DateTimeField(null=True)
    # Empty until decided; then what was, for the letter and for Mijn account.
    decision = models.CharField(max_length=12, default="")
    reason = models.CharField(max_length=500, default="")

    class Meta:
        db_table = "role_request"
        constraints = [
            models.UniqueConstraint(fields=["membership"], condition=models.Q(decision=""), name="role_request_once")
        ]

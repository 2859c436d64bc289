"""Contracts as somebody would have them."""

from __future__ import annotations

from django.db import models

from collectief.contracts.models import GroupContract, Organisation
from collectief.policies.models import Proposal


class ContractProposal(Proposal):
    """A contract to be opened, or one with another end: as it would be, until a colleague agrees and it is (K02).

    `end_day` is the first day on which it no longer holds; None: until further notice. One that is to be opened has its
    `contract` once it is.
    """

    kind = models.CharField(max_length=10)
    organisation = models.ForeignKey(Organisation, models.PROTECT, db_index=False)
    contract = models.ForeignKey(GroupContract, models.PROTECT, null=True, db_index=False)
    number = models.CharField(max_length=20)
    name = models.CharField(max_length=120)
    end_day = models.DateField(null=True)

    class Meta:
        db_table = "contract_proposal"
        constraints = [
            models.UniqueConstraint(
                fields=["insurer", "number"], condition=models.Q(state="proposed"), name="contract_proposal_once"
            )
        ]
        indexes = [models.Index(fields=["organisation", "-proposed_at"], name="contract_proposal_of")]

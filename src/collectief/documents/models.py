"""Which letters were made, and the letters themselves."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models

from collectief.contracts.models import Organisation
from collectief.participants.models import Participant


class Document(models.Model):
    """A letter that was made: its number can be checked by anybody, who does not learn whom it is about.

    `says` is what it came down to, without a name: days, products and cents. `contracts` are those it tells of, `facts`
    a keyed digest of all it says, by which the same letter is found again, and `key_sealed` opens its file. Of a letter
    from before files were kept these are empty.
    """

    insurer_id = models.BigIntegerField()
    organisation = models.ForeignKey(Organisation, models.PROTECT, db_index=False)
    participant = models.ForeignKey(Participant, models.PROTECT, db_index=False)
    number = models.CharField(max_length=17, unique=True)
    kind = models.CharField(max_length=30)
    made_at = models.DateTimeField()
    keep_until = models.DateField()
    says = models.JSONField()
    contracts = ArrayField(models.BigIntegerField(), null=True)
    facts = models.BinaryField(null=True)
    key_sealed = models.BinaryField(null=True)
    # What it is called when it is taken away, without its ending.
    name = models.CharField(max_length=120, default="", db_default="")

    class Meta:
        db_table = "document"
        indexes = [
            models.Index(fields=["keep_until"], name="document_by_term"),
            models.Index(fields=["organisation", "participant", "-made_at"], name="document_about"),
        ]
        constraints = [models.UniqueConstraint(fields=["organisation", "facts"], name="document_same_once")]


class DocumentFile(models.Model):
    """The sealed file of a letter, where letters are kept in the database."""

    # The database refuses to let a letter go before its file: the worker who does that may not read files to find out.
    document = models.OneToOneField(Document, models.DO_NOTHING, primary_key=True)
    organisation = models.ForeignKey(Organisation, models.PROTECT, db_index=False, db_constraint=False)
    sealed = models.BinaryField()

    class Meta:
        db_table = "document_file"

"""The upload as a Django project has it with django-import-export: a resource, its fields and widgets.

Shape is the widgets' business, the checks are the same functions that Collectief judges with, and the same tables
are written. `InBulk` uses what the library has for large files: nothing is looked up or saved by the row, no
differences are made, related rows are added in bulk with the batch. `RowByRow` leaves it at its defaults.

What a file of newcomers does not need is left out: ending a stay, and changing the reference of who is there. Nor is
there what the library has no place for: rows kept sealed, a plan that can be looked through, a step to begin again
from, the BRP's answers in a table.

Importing this needs a configured Django.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db.backends.postgresql.psycopg_any import DateRange
from import_export import fields, resources, widgets

from collectief.audit import actions as audit
from collectief.bulk.sheets.columns import ACTION_NAMES, ACTIONS, COLUMNS, ENROL, MARK_WORD, TEMPLATE_VERSION
from collectief.bulk.sheets.shape import LONGEST, looks_like_bsn, split_prefix
from collectief.contracts.models import GroupContract
from collectief.contracts.queries import contracts
from collectief.enrolment.facts import ADDRESS, Application, Contract, Kind, Member, Stay, StayChange, Terms
from collectief.enrolment.family import EnrolmentFamily
from collectief.enrolment.memory import change_as_json
from collectief.enrolment.models import Participation
from collectief.enrolment.rules import carried_out, judge
from collectief.foundation.bsn import Bsn
from collectief.foundation.dates import BirthDate, parse_day
from collectief.foundation.names import PersonName, search_key, tidy, tidy_initials
from collectief.foundation.period import EARLIEST_DAY, LATEST_DAY, Period
from collectief.mutations.corridor import Moment
from collectief.mutations.models import Mutation
from collectief.mutations.records import step
from collectief.mutations.rules import State
from collectief.mutations.verdicts import Refused, Unchanged
from collectief.participants import register
from collectief.participants.keys import bsn_keys
from collectief.participants.models import Address, Participant, Person
from collectief.policies.covering import insure
from collectief.scope.scope import Scope
from collectief.scope.staging import next_ids

_HEADERS = {column.key: column.dutch for column in COLUMNS}
# Smaller than the library's 1000, at which the ORM's statements of thousands of parameters take longer to put together.
_BATCH = 100


class TextWidget(widgets.Widget):
    """Text in one spelling, not longer than its column, and no BSN where none belongs."""

    def __init__(self, key: str, *, exact: bool = False) -> None:
        super().__init__()
        self._key, self._exact = key, exact

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> str:
        text = str(value).strip() if value is not None else ""
        if not text:
            if self._key in ACTIONS[ENROL].required:
                raise ValueError("missing")
            return ""
        text = text if self._exact else tidy(text)
        if not text.isprintable():
            raise ValueError("unreadable_characters")
        if len(text) > LONGEST[self._key]:
            raise ValueError("too_long")
        if not self._exact and looks_like_bsn(text):
            raise ValueError("bsn_in_wrong_column")
        return tidy_initials(text) if self._key == "initials" else text


class ActionWidget(widgets.Widget):
    """What is asked; this resource only enrols."""

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> str:
        if (action := ACTION_NAMES.get(search_key(str(value or "")))) != ENROL:
            raise ValueError("action_unknown")
        return action


class BsnWidget(widgets.Widget):
    """A BSN that passes the eleven-test."""

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> Bsn:
        text = str(value or "")
        return Bsn(text) if looks_like_bsn(text) else Bsn.parse(text)


class DayWidget(widgets.Widget):
    """A day as people type it, within what can be meant."""

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> date | None:
        if value in (None, ""):
            return None
        day = value.date() if isinstance(value, datetime) else parse_day(str(value))
        if not EARLIEST_DAY <= day <= LATEST_DAY:
            raise ValueError("date_out_of_range")
        return day


class BirthWidget(widgets.Widget):
    """A birth date, of which day or month may be unknown."""

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> BirthDate:
        born = BirthDate.on(value.date()) if isinstance(value, datetime) else BirthDate.parse(str(value or ""))
        if not EARLIEST_DAY.year <= born.year <= LATEST_DAY.year:
            raise ValueError("date_out_of_range")
        return born


def _field(key: str, widget: widgets.Widget, attribute: str | None = None) -> fields.Field:
    return fields.Field(attribute=attribute or key, column_name=_HEADERS[key], widget=widget)


class InBulk(resources.ModelResource):
    """Enrolments from a file, with the library's bulk mode."""

    action = _field("action", ActionWidget())
    contract = _field("contract", widgets.CachedForeignKeyWidget(GroupContract, "number"))
    bsn = _field("bsn", BsnWidget())
    reference = _field("external_reference", TextWidget("external_reference", exact=True))
    initials = _field("initials", TextWidget("initials"), "participant__initials")
    prefix = _field("prefix", TextWidget("prefix"), "participant__prefix")
    surname = _field("surname", TextWidget("surname"), "participant__surname")
    birth_date = _field("birth_date", BirthWidget(), "born")
    first_day = _field("first_day", DayWidget(), "begins")
    last_day = _field("last_day", DayWidget(), "ends")
    country = _field("country", TextWidget("country"))
    street = _field("street", TextWidget("street"))
    house_number = _field("house_number", TextWidget("house_number"))
    postcode = _field("postcode", TextWidget("postcode"))
    city = _field("city", TextWidget("city"))

    class Meta:
        model = Participation
        fields = (
            "action", "contract", "bsn", "reference", "initials", "prefix", "surname", "birth_date", "first_day",
            "last_day", *ADDRESS,
        )  # fmt: skip
        use_bulk = True
        batch_size = _BATCH
        skip_diff = True
        # A row here is never an earlier stay: who is there already is asked by the person.
        force_init_instance = True

    def __init__(self, scope: Scope, moment: Moment, answers: dict[bytes, register.RegisterAnswer]) -> None:
        """`answers` of the BRP outlive the resource: a trial asks, the import after it knows."""
        super().__init__()
        self._scope, self._moment, self._answers = scope, moment, answers
        self._keys, self._family = bsn_keys(scope), EnrolmentFamily()
        known = {one.number: Contract(one.id, one.number, one.period) for one in contracts(scope)}
        self._terms = Terms(scope.profile, known, moment.today)
        self._members: dict[bytes, Member] = {}
        self._participants: dict[bytes, Participant] = {}
        self._touched: list[int] = []

    # The file.

    def before_import(self, dataset: Any, **kwargs: Any) -> None:
        """Headers stand below the template's mark; the BRP and our own tables are asked about everyone at once."""
        if dataset.headers[0] != f"{MARK_WORD}{TEMPLATE_VERSION}":
            raise ValueError("wrong_version")
        dataset.headers = dataset.lpop()
        people = {self._keys.blind_index(bsn): bsn for bsn in _readable(dataset[_HEADERS["bsn"]])}
        if asked := [bsn for index, bsn in people.items() if index not in self._answers]:
            look_up = register.current_register().look_up(asked)
            if look_up.unanswered:
                raise RuntimeError("the BRP is silent")
            self._answers.update(register.answers(self._scope, look_up))
        self.find_people(list(people))

    def find_people(self, indexes: list[bytes]) -> None:
        """Participants of these BSNs and their stays, in two queries."""
        mine = Participant.objects.filter(organisation_id=self._scope.organisation_id, bsn_index__in=indexes)
        by_id = {one.id: one for one in mine}
        stays: dict[int, list[Stay]] = {id_: [] for id_ in by_id}
        for one in Participation.objects.filter(participant_id__in=by_id).order_by("contract_id", "period"):
            stays[one.participant_id].append(
                Stay(one.contract_id, Period(one.period.lower, one.period.upper), one.reason, one.id)
            )
        for id_, one in by_id.items():
            self.know(one, tuple(stays[id_]))

    def know(self, participant: Participant, stays: tuple[Stay, ...]) -> None:
        """Somebody who is there already."""
        index = bytes(participant.bsn_index)
        self._participants[index] = participant
        born = BirthDate.parse(participant.birth_date) if participant.birth_date else None
        self._members[index] = Member(True, participant.external_reference, born, stays, self._answers.get(index))

    def after_import(self, dataset: Any, result: Any, **kwargs: Any) -> None:
        """One event in the trail tells whom the file touched."""
        if self._touched:
            audit.record(
                self._scope, "mutation.enrol", participants=self._touched, detail={"mutations": len(self._touched)}
            )

    # A row.

    def init_instance(self, row: Any = None) -> Participation:
        """A stay of somebody who may be new, so that fields can fill in either."""
        whose = {"insurer_id": self._scope.insurer_id, "organisation_id": self._scope.organisation_id}
        return Participation(**whose, participant=Participant(**whose))

    def import_instance(self, instance: Participation, row: Any, **kwargs: Any) -> None:
        """Shape by the fields, then the verdict; what is refused is a ValidationError with its code."""
        super().import_instance(instance, row, **kwargs)
        typed = instance.participant
        if not typed.prefix:
            typed.prefix, typed.surname = split_prefix(typed.surname)
        instance.index = self._keys.blind_index(instance.bsn)
        member = self.member(instance.index)
        instance.application = Application(
            kind=Kind.ENROL,
            contract=instance.contract.number if instance.contract_id else "",
            name=PersonName(typed.initials, typed.prefix, typed.surname),
            birth_date=instance.born,
            first_day=instance.begins,
            last_day=instance.ends,
            reference=instance.external_reference,
            address={name: text for name in ADDRESS if (text := getattr(instance, name))},
        )
        instance.verdict = judge(instance.application, member, self._terms)
        if isinstance(instance.verdict, Refused):
            raise ValidationError(instance.verdict.code)
        if not isinstance(instance.verdict, Unchanged):
            instance.stay = next((one.after for one in instance.verdict.changes if isinstance(one, StayChange)), None)
            if instance.stay is None:
                raise ValidationError("not_an_enrolment")

    def member(self, index: bytes) -> Member:
        """The person as known by now, earlier rows of the file included."""
        return self._members.get(index) or Member(register=self._answers.get(index))

    def skip_row(self, instance: Any, original: Any, row: Any, import_validation_errors: Any = None) -> bool:
        """What is so already is not written again."""
        return not import_validation_errors and isinstance(instance.verdict, Unchanged)

    def before_save_instance(self, instance: Participation, row: Any, **kwargs: Any) -> None:
        """Everything of the stay that does not stand in the row."""
        index, typed = instance.index, instance.participant
        known = self._participants.get(index)
        if known is None:
            self._complete(typed, instance)
            self._participants[index] = known = typed
        instance.participant = known
        instance.period = DateRange(instance.stay.period.first_day, instance.stay.period.end_day)
        instance.sort_key, instance.birth_date = known.sort_key, known.birth_date
        instance.external_reference = known.external_reference
        instance.initials, instance.prefix, instance.surname = known.initials, known.prefix, known.surname
        self._members[index] = carried_out(self.member(index), instance.verdict)

    def _complete(self, participant: Participant, instance: Participation) -> None:
        """A newcomer is named as the BRP names them; the BSN is sealed."""
        answer = self._answers[instance.index]
        name, born = answer.name, answer.birth_date
        participant.initials, participant.prefix, participant.surname = name.initials, name.prefix, name.surname
        participant.birth_date = str(born) if born else ""
        participant.sort_key = name.sort_key
        participant.external_reference = instance.application.reference
        participant.bsn_index = instance.index
        participant.person = Person(
            insurer_id=self._scope.insurer_id,
            bsn_index=instance.index,
            bsn_sealed=self._keys.sealed_at(instance.bsn, instance.index),
            key_id=self._keys.key_id,
        )

    # The tables.

    def bulk_create(self, *args: Any, **kwargs: Any) -> None:
        """Persons and participants before the stays of a batch, addresses and mutations after them."""
        stays = list(self.create_instances)
        if not stays:
            return
        new = list({id(stay.participant): stay.participant for stay in stays if stay.participant.id is None}.values())
        asked = [participant.bsn_index for participant in new]
        there = Person.objects.filter(insurer_id=self._scope.insurer_id, bsn_index__in=asked)
        persons = {bytes(person.bsn_index): person for person in there}
        Person.objects.bulk_create([one.person for one in new if one.bsn_index not in persons])
        for one, number in zip(new, next_ids("participant_relation_number", len(new)), strict=True):
            one.person = persons.get(one.bsn_index, one.person)
            one.relation_number = str(number)
        Participant.objects.bulk_create(new)
        for stay in stays:
            stay.relation_number = stay.participant.relation_number
        super().bulk_create(*args, **kwargs)
        if addresses := [one for stay in stays if (one := self.address(stay))]:
            Address.objects.bulk_create(
                addresses, update_conflicts=True, unique_fields=["participant"], update_fields=ADDRESS
            )
        Mutation.objects.bulk_create([self.mutation(stay) for stay in stays])
        self.insure(stays)
        self.touch(stays)

    def insure(self, stays: Iterable[Participation]) -> None:
        """With what the contracts give; by our own statement, the quickest way there is."""
        ids = ",".join(str(stay.id) for stay in stays)
        insure(self._scope, f"SELECT id, participant_id, contract_id, period FROM participation WHERE id IN ({ids})")

    def touch(self, stays: Iterable[Participation]) -> None:
        """Remember whom the event of this file is about."""
        self._touched += [stay.participant_id for stay in stays]

    def address(self, stay: Participation) -> Address | None:
        """The home address that came with an enrolment."""
        given = stay.application.address
        if not given:
            return None
        whose = {"organisation_id": self._scope.organisation_id, "participant": stay.participant}
        return Address(**whose, **{name: given.get(name, "") for name in ADDRESS})

    def mutation(self, stay: Participation) -> Mutation:
        """What was asked and what became of it."""
        written = Stay(stay.stay.contract_id, stay.stay.period, stay.stay.reason, stay.id)
        changes = [
            StayChange(None, written) if isinstance(change, StayChange) else change for change in stay.verdict.changes
        ]
        return Mutation(
            insurer_id=self._scope.insurer_id,
            organisation_id=self._scope.organisation_id,
            contract_id=stay.contract_id,
            participant_id=stay.participant_id,
            kind=Kind.ENROL,
            state=State.PROCESSED,
            effective_day=stay.verdict.effective_day,
            asked=self._family.asked(stay.application),
            touched=[change_as_json(change) for change in changes],
            trail=[
                step(State.RECEIVED, self._moment, self._scope.account),
                step(State.PROCESSED, self._moment, ""),
            ],
            participation_ids=[stay.id],
            channel=self._scope.channel,
            account_id=self._scope.account_id,
            account=self._scope.account,
            submitted_at=self._moment.now,
            decided_at=self._moment.now,
        )


class RowByRow(InBulk):
    """The same with the library's defaults: every row looks up and saves its own."""

    class Meta:
        use_bulk = False
        skip_diff = False

    def find_people(self, indexes: list[bytes]) -> None:
        """Nobody beforehand."""

    def member(self, index: bytes) -> Member:
        if index not in self._members:
            super().find_people([index])
        return super().member(index)

    def do_instance_save(self, instance: Participation, is_create: bool) -> None:
        participant = instance.participant
        if participant.id is None:
            person = participant.person
            participant.person, _ = Person.objects.get_or_create(
                insurer_id=person.insurer_id,
                bsn_index=person.bsn_index,
                defaults={"bsn_sealed": person.bsn_sealed, "key_id": person.key_id},
            )
            [number] = next_ids("participant_relation_number", 1)
            participant.relation_number = str(number)
            participant.save()
        instance.participant = participant
        instance.relation_number = participant.relation_number
        super().do_instance_save(instance, is_create)
        if address := self.address(instance):
            columns = (*ADDRESS, "organisation_id")
            Address.objects.update_or_create(
                participant=participant, defaults={name: getattr(address, name) for name in columns}
            )
        self.mutation(instance).save()
        self.insure([instance])
        self.touch([instance])


def _readable(cells: Iterable[Any]) -> Iterable[Bsn]:
    widget = BsnWidget()
    for cell in cells:
        try:
            yield widget.clean(cell)
        except ValueError:
            continue

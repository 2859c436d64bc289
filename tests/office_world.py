"""The insurer's office for tests: its staff, and what waits for them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from itertools import count

from django.utils import timezone

from collectief.brands.catalogue import brand
from collectief.cases import actions as cases
from collectief.contracts.models import Insurer
from collectief.deductible.models import DeductibleImport
from collectief.inbox.models import News
from collectief.onboarding import actions, jobs
from collectief.onboarding.actions import KIND
from collectief.onboarding.models import AccountApplication
from collectief.onboarding.rules import Applied
from collectief.policies.models import Product
from collectief.runs.models import Run
from collectief.scope.database import housekeeping, office
from collectief.scope.scope import Scope
from collectief.segments.profile import Role
from tests.world import Agency, agency, member_of

# Where each applies from: many from one are slowed down.
_addresses = count(1)
MIJNZZ, ZZ = brand("mijnzz"), "zorg-en-zekerheid"


def clerk(
    *, roles: Sequence[str] = ("case_handler",), name: str = "Sanne Kok", office_of: Agency | None = None
) -> Scope:
    """Somebody of the office of Zorg en Zekerheid; of the same office as others when that is given."""
    if office_of is None:
        office_of = agency(name="Zorg en Zekerheid, zakelijke markt", segment="back_office", contracts=0)
    return member_of(office_of.organisation, roles=roles, name=name.replace(" ", "-"))


def applied(ours: Agency, *, portal: str = "mijnzz", by_job: bool = False, **more: object) -> str:
    """Somebody applied for an account at this organisation; the number of the application.

    `by_job`: received as in life, with a letter that says so.
    """
    asked = {
        "segment": ours.organisation.segment, "organisation": ours.organisation.name, "kvk": ours.organisation.kvk,
        "name": "Noor Haddad", "email": "noor@debrug.example", "phone": "0711234567",
        "roles": (Role.ADMINISTRATIVE, Role.ACCOUNT_MANAGER),
    }  # fmt: skip
    at = brand(portal)
    actions.apply(
        at, Applied(**(asked | more)), address=f"192.0.2.{next(_addresses) % 250}", language="nl", now=timezone.now()
    )
    with office(insurer_id(at.insurer)):
        application = str(AccountApplication.objects.latest("applied_at").id)
        if not by_job:
            cases.open_case(insurer_id(at.insurer), KIND, application, now=timezone.now())
    if by_job:
        jobs.receive(application_id=application, insurer=at.insurer)
    return application


def product_of(slug: str = ZZ, *, name: str = "Basisverzekering") -> int:
    """The number of a product that an insurer sells."""
    with office(insurer_id(slug)):
        return Product.objects.get_or_create(
            insurer_id=insurer_id(slug), code="BASIS", defaults={"name": name, "kind": "basic", "label": name}
        )[0].id


def news_of(slug: str = ZZ, *, title: str = "Nieuw telefoonnummer", days: int = 14) -> int:
    """News of an insurer on all its portals, from today; its number."""
    now = timezone.now()
    with office(insurer_id(slug)):
        return News.objects.create(
            insurer_id=insurer_id(slug), kind="news", title={"nl": title, "en": title}, text={"nl": title, "en": title},
            first_day=timezone.localdate(now), last_day=timezone.localdate(now) + timedelta(days=days),
            keep_until=timezone.localdate(now), written_by="Sanne Kok", written_by_id=1, written_at=now,
        ).id  # fmt: skip


def run_of(slug: str = ZZ, *, subject: str = "2026-10", state: str = "done", **more: object) -> int:
    """The number of a run of an insurer, of the official lists."""
    made = {"planned_by": "Sanne Kok", "planned_at": timezone.now(), "total": 4, "done": 4} | more
    with housekeeping():
        return Run.objects.create(
            insurer_id=insurer_id(slug), kind="flow_lists", subject=subject, state=state, **made
        ).id  # fmt: skip


def import_of(slug: str = ZZ, *, by: str = "kern") -> int:
    """The number of a file with deductible use that an insurer took over."""
    with housekeeping():
        return DeductibleImport.objects.create(
            insurer_id=insurer_id(slug), by=by, digest="", started_at=timezone.now()
        ).id


def insurer_id(slug: str = ZZ) -> int:
    """The number of an insurer."""
    with office():
        return Insurer.objects.get_or_create(slug=slug, defaults={"name": slug})[0].id

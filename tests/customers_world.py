"""Contracts that wait for a colleague, and customers, for tests of the office's pages."""

from __future__ import annotations

from collectief.cases.models import Case
from collectief.contracts.models import Organisation, RelationshipManager
from collectief.scope.database import office
from tests.office_world import ZZ, insurer_id
from tests.web.visiting import text_of


def case_of(kind: str) -> int:
    """The case of this kind that waits."""
    with office(insurer_id()):
        return Case.objects.filter(decision="", kind=kind).latest("id").id


def decided(browser, kind: str, decision: str = "approved", **more: str) -> str:
    """What the page says after deciding the case of this kind that waits."""
    sent = {"decision": decision, **more}
    return text_of(browser.post(f"/zaken/{case_of(kind)}/beslissen/", sent, follow=True))


def manager_of(*organisation_ids: int, slug: str = ZZ, name: str = "Hanneke Vos") -> int:
    """The number of who at an insurer looks after these organisations."""
    email = f"{name.replace(' ', '.').lower()}@kantoor.example"
    with office(insurer_id(slug)):
        row = RelationshipManager.objects.create(
            insurer_id=insurer_id(slug), name=name, phone="+31850000004", email=email
        )
        Organisation.objects.filter(id__in=organisation_ids).update(relationship_manager=row)
        return row.id

"""Contracts that wait for a colleague, and customers, for tests of the office's pages."""

from __future__ import annotations

from collectief.cases.models import Case
from collectief.scope.database import office
from tests.office_world import insurer_id
from tests.web.visiting import text_of


def case_of(kind: str) -> int:
    """The case of this kind that waits."""
    with office(insurer_id()):
        return Case.objects.filter(decision="", kind=kind).latest("id").id


def decided(browser, kind: str, decision: str = "approved", **more: str) -> str:
    """What the page says after deciding the case of this kind that waits."""
    sent = {"decision": decision, **more}
    return text_of(browser.post(f"/zaken/{case_of(kind)}/beslissen/", sent, follow=True))

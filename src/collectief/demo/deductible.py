"""What people of the demo world have used of their deductible: files of the core for last year and for this one."""

from __future__ import annotations

import random
import tempfile
from datetime import date, datetime
from pathlib import Path

from django.db import connection
from django.utils import timezone

from collectief.deductible.importing import import_file
from collectief.deductible.models import DeductibleImport
from collectief.deductible.rules import COLUMNS, SEPARATOR
from collectief.runs import actions as runs
from collectief.runs.rules import RunRefused
from collectief.scope.database import housekeeping, opened
from collectief.scope.scope import Scope

_DEDUCTIBLE = 385
# In euro cents; many use nothing, some everything.
AMOUNTS = (0, 0, 0, 1950, 4825, 12000, 21375, 38500)
_INSURED = """
SELECT DISTINCT p.relation_number FROM participant p JOIN policy_term t ON t.participant_id = p.id
 WHERE p.organisation_id = %s AND t.period && daterange(%s, %s) ORDER BY 1
"""


def use_deductibles(office: Scope, customers: list[Scope], today: date, *, seed: int) -> None:
    """Last year's overview, of which the customers are told, and how this year stands; once."""
    with housekeeping():
        if DeductibleImport.objects.filter(insurer_id=office.insurer_id).exists():
            return
    now, chance = timezone.now(), random.Random(seed)
    last_year = today.year - 1
    for year, as_of in ((last_year, min(today, date(today.year, 1, 31))), (today.year, today.replace(day=1))):
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "eigen-risico.csv"
            _write(path, customers, year, as_of, chance)
            import_file(office.insurer, path, by="kernadministratie", now=now)
    _tell(office, str(last_year), now)


def _write(path: Path, customers: list[Scope], year: int, as_of: date, chance: random.Random) -> None:
    with path.open("w", encoding="utf-8") as stream:
        stream.write(SEPARATOR.join(COLUMNS) + "\n")
        for customer in customers:
            with opened(customer), connection.cursor() as cursor:
                cursor.execute(_INSURED, [customer.organisation_id, date(year, 1, 1), date(year + 1, 1, 1)])
                numbers = [number for (number,) in cursor.fetchall()]
            for number in numbers:
                used = chance.choice(AMOUNTS) / 100
                stream.write(SEPARATOR.join([number, str(year), str(_DEDUCTIBLE), f"{used:.2f}", str(as_of)]) + "\n")


def _tell(office: Scope, year: str, now: datetime) -> None:
    """As the run of the night does; nothing where nobody has an overview."""
    try:
        runs.go_on(runs.start(office, "deductible_overview", year, now=now))
    except RunRefused:
        return

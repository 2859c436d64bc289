"""Speaks to an installation from outside: `python -m tests.faults.driver send FILE`, `accept ID`, `see ID`.

As the first colleague of the demo world; answers with one JSON object.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any


def main(what: str, argument: str) -> dict[str, Any]:
    import django

    django.setup()
    from collectief.bulk import actions, jobs, queries, steps
    from collectief.demo.cast import BRUG
    from collectief.demo.world import scope_of
    from collectief.enrolment.models import Participation
    from collectief.mutations.models import Mutation
    from collectief.scope.database import opened

    scope = scope_of(BRUG, BRUG.colleagues[0], channel="upload")
    with opened(scope):
        if what == "send":
            path = Path(argument)
            with path.open("rb") as stream:
                batch = actions.receive(scope, stream, file_name=path.name, file_size=path.stat().st_size)
            steps.enqueue("read", scope, batch.id)
            return {"id": batch.id}
        batch = queries.batch(scope, int(argument))
        if what == "accept":
            actions.accept(scope, batch.id, version=batch.version, moment=jobs.moment())
            steps.enqueue("carry_out", scope, batch.id)
        progress = queries.progress(batch)
        return {
            "state": batch.state,
            "rows": batch.rows,
            "done": progress.done if progress else batch.rows,
            "outcomes": batch.outcome_counts,
            "participations": Participation.objects.count(),
            "mutations": Mutation.objects.filter(source__startswith=f"{batch.id}/").count(),
        }


if __name__ == "__main__":
    sys.stdout.write(json.dumps(main(*sys.argv[1:])))

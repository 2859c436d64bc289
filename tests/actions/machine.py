"""What the stateful tests of the database have in common."""

from __future__ import annotations

from hypothesis import HealthCheck, settings
from hypothesis.stateful import RuleBasedStateMachine, run_state_machine_as_test


class Machine(RuleBasedStateMachine):
    """What happens in one example stays for the next ones of its test: who is made is somebody new each time."""


def run(machine: type[Machine], *, examples: int, steps: int) -> None:
    """Run a machine, however slow one example is."""
    asked = settings(
        max_examples=examples, stateful_step_count=steps, deadline=None, suppress_health_check=list(HealthCheck)
    )
    run_state_machine_as_test(machine, settings=asked)

"""How many questions may wait, and how long they are kept."""

from __future__ import annotations

from datetime import timedelta

# So many of one colleague may wait for an answer: more is no question any more.
MOST_WAITING = 20
# From the answer on (law 9): long enough to be looked up at the next yearly round of premiums.
KEPT = timedelta(days=400)
LONGEST = 2000


class QuestionRefused(ValueError):
    """It cannot be asked now; `code` is turned into words by whoever asked."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def judge_asking(waiting: int) -> None:
    """Whether somebody with so many questions waiting may ask another. Raises QuestionRefused."""
    if waiting >= MOST_WAITING:
        raise QuestionRefused("too_many_questions")

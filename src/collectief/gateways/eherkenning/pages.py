"""The pages of the eHerkenning simulator: plain, accessible, and not to be taken for the real thing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

from collectief.foundation.assurance import AssuranceLevel

from ..openid.pages import choice, received, shell
from .tokens import Person


def _shell(title: str, content: str) -> str:
    return shell(title, content, name="eHerkenning-simulator", real="geen echte eHerkenning")


def sign_in_page(
    people: Sequence[Person], *, pending: str, minimum: AssuranceLevel | None, action: str = "/authorize"
) -> str:
    """Choose who signs in, for which company, and at what level; or cancel."""
    persons = "".join(
        choice("person", str(index), person.name, _company(person), checked=index == 0)
        for index, person in enumerate(people)
    )
    chosen = max(minimum or AssuranceLevel.EH3, AssuranceLevel.EH3)
    levels = "".join(choice("level", level.label, level.label, "", checked=level is chosen) for level in AssuranceLevel)
    asked = f"<p>De dienst vraagt minimaal betrouwbaarheidsniveau {escape(minimum.label)}.</p>" if minimum else ""
    return _shell(
        "Inloggen met eHerkenning",
        f"""<p class="notice">Dit is een simulator: kies zelf wie er inlogt.</p>
{asked}
<form method="post" action="{escape(action)}">
<input type="hidden" name="request" value="{escape(pending)}">
<fieldset><legend>Wie logt in, en namens welk bedrijf?</legend>{persons}</fieldset>
<fieldset><legend>Met welk betrouwbaarheidsniveau?</legend>{levels}</fieldset>
<button type="submit" name="action" value="sign_in">Inloggen</button>
<button type="submit" name="action" value="cancel" class="quiet" formnovalidate>Annuleren</button>
</form>""",
    )


def _company(person: Person) -> str:
    branch = f", vestiging {person.branch}" if person.branch else ""
    return f"{person.company_name} (KvK {person.kvk}{branch})"


def post_back_page(address: str, fields: Mapping[str, str]) -> str:
    """Back to the website by a form; without scripts somebody presses the button."""
    hidden = "".join(
        f'<input type="hidden" name="{escape(name)}" value="{escape(value)}">' for name, value in fields.items()
    )
    return _shell(
        "Terug naar de website",
        f"""<form method="post" action="{escape(address)}">{hidden}
<button type="submit">Ga verder</button>
</form>""",
    )


def refusal_page(reason: str) -> str:
    """A request that cannot even be answered by sending the browser back."""
    return _shell("Dit verzoek kan niet", f"<p>{escape(reason)}</p><p>Ga terug naar de website en begin opnieuw.</p>")


def postbus_page(state: dict[str, Any]) -> str:
    """What the simulator received."""
    columns = (("at", "Tijd (UTC)"), ("what", "Gebeurtenis"), ("kvk", "KvK"), ("level", "Niveau"))
    return _shell("Postbus", received(state, columns))

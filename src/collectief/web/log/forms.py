"""What one can look for in the log."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from collectief.audit.queries import LogFilter

from ..participants.forms import DayField
from .words import KINDS

_CHOOSE = _("Kies iets uit de lijst.")


class LogForm(forms.Form):
    """Colleague, kind and period; all may be left open."""

    collega = forms.ChoiceField(label=_("Collega"), required=False, error_messages={"invalid_choice": _CHOOSE})
    soort = forms.ChoiceField(label=_("Soort"), required=False, error_messages={"invalid_choice": _CHOOSE})
    van = DayField(label=_("Van"), required=False)
    tot = DayField(label=_("Tot en met"), required=False)

    def __init__(self, *args: Any, colleagues: list[tuple[int, str]], office: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        who: Any = self.fields["collega"]
        who.choices = [("", _("Iedereen")), *((str(id_), name) for id_, name in colleagues)]
        what: Any = self.fields["soort"]
        what.choices = [
            ("", _("Alles")),
            *((slug, kind.label) for slug, kind in KINDS.items() if office or not kind.office),
        ]

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if given.get("van") and given.get("tot") and given["van"] > given["tot"]:
            self.add_error("tot", _("De laatste dag ligt vóór de eerste."))
        return given

    def asked(self) -> LogFilter | None:
        """What was asked for; None for what cannot be."""
        if not self.is_valid():
            return None
        given = self.cleaned_data
        return LogFilter(
            account_id=int(given["collega"]) if given["collega"] else None,
            actions=list(KINDS[given["soort"]].actions) if given["soort"] else None,
            since=_midnight(given["van"]) if given["van"] else None,
            until=_midnight(given["tot"] + timedelta(days=1)) if given["tot"] else None,
        )


def _midnight(day: Any) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))

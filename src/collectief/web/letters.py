"""A letter as a file to download, with what is the same on every letter of a portal."""

from __future__ import annotations

import logging

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.utils import timezone
from django.utils.translation import gettext as _

from collectief.documents.actions import Made, Wanted, make
from collectief.documents.framing import frame
from collectief.documents.store import StoreUnavailable
from collectief.documents.typesetting import LetterFailed

from .page import PortalRequest

_log = logging.getLogger(__name__)


def letter_file(request: PortalRequest, wanted: Wanted, *, back: str) -> HttpResponse:
    """The letter as PDF; to the address `back`, with why, when it cannot be made now."""
    try:
        return file_of(make(request.scope, wanted, frame=framed(request), now=timezone.now()))
    except LetterFailed:
        messages.error(request, _("Dit document kan nu niet gemaakt worden. Wij kijken ernaar; bel ons bij haast."))
    except StoreUnavailable:
        tell_away(request)
    return HttpResponseRedirect(back)


def tell_away(request: PortalRequest) -> None:
    """That documents cannot be kept or had now, and what to do; the operator finds it in the log."""
    _log.exception("where letters lie cannot be reached")
    messages.error(request, _("Documenten zijn nu even niet bereikbaar. Probeer het over een paar minuten opnieuw."))


def file_of(made: Made) -> HttpResponse:
    """A letter that was made, to download."""
    return HttpResponse(
        made.pdf,
        content_type="application/pdf",
        headers={"Content-Disposition": f'attachment; filename="{made.name}.pdf"'},
    )


def framed(request: PortalRequest) -> dict[str, str]:
    """What is the same on every letter of this portal."""
    return frame(request.brand, today=timezone.localdate())

"""A letter as a file to download, with what is the same on every letter of a portal."""

from __future__ import annotations

import logging
from collections.abc import Collection

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from collectief.audit import actions as audit
from collectief.brands.colour import accent
from collectief.documents.actions import make
from collectief.documents.rules import Letter
from collectief.documents.typesetting import LetterFailed
from collectief.foundation.dates import dutch

from .page import PortalRequest

_log = logging.getLogger(__name__)


def letter_file(
    request: PortalRequest,
    letter: Letter,
    participant_id: int,
    name: str,
    *,
    back: str,
    contracts: Collection[int] = (),
) -> HttpResponse:
    """The letter as PDF; to the address `back`, with why, when it cannot be made now."""
    now = timezone.now()
    try:
        pdf = make(request.scope, letter, participant_id, frame=_frame(request), now=now, contracts=contracts)
    except LetterFailed:
        audit.record(
            request.scope, "documents.make", participants=[participant_id], outcome="failure",
            detail={"kind": str(letter.kind)},
        )  # fmt: skip
        # What Typst says of it may quote a name.
        _log.error("a %s could not be typeset", letter.kind)
        messages.error(request, _("Dit document kan nu niet gemaakt worden. Wij kijken ernaar; bel ons bij haast."))
        return HttpResponseRedirect(back)
    return HttpResponse(
        pdf,
        content_type="application/pdf",
        headers={"Content-Disposition": f'attachment; filename="{name}.pdf"'},
    )


def _frame(request: PortalRequest) -> dict[str, str]:
    """What is the same on every letter of this portal."""
    address = request.build_absolute_uri(reverse("check_document")).partition("://")[2]
    return {
        "sender": request.brand.insurer_name,
        "accent": accent(request.brand.slug),
        "language": request.LANGUAGE_CODE,
        "dated": dutch(timezone.localdate()),
        "page": _("Pagina"),
        "check": _("Controleer dit document op {address} met nummer {number}").format(
            address=address, number="{number}"
        ),
    }

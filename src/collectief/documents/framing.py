"""What is the same on every letter of a portal."""

from __future__ import annotations

from datetime import date

from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from collectief.access.letters import address
from collectief.brands.brand import Brand
from collectief.brands.colour import accent
from collectief.foundation.dates import dutch


def frame(brand: Brand, *, today: date) -> dict[str, str]:
    """Sender, colour, language, day, and how a letter is checked, with `{number}` for its number."""
    where = address(brand, reverse("check_document")).partition("://")[2]
    return {
        "sender": brand.insurer_name,
        "accent": accent(brand.slug),
        "language": get_language() or "nl",
        "dated": dutch(today),
        "page": _("Pagina"),
        "check": _("Controleer dit document op {address} met nummer {number}").format(address=where, number="{number}"),
    }

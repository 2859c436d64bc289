"""A brand's own words: sentences it words differently, wherever they are written in code or page (K07)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache

from django.utils import translation
from django.utils.translation import trans_real

from .brand import Brand, Texts
from .catalogue import brand as brand_of


class _Worded(trans_real.DjangoTranslation):
    """A language's catalogue in which some sentences are replaced."""

    def __init__(self, language: str, words: Texts) -> None:
        super().__init__(language)
        self._words = words

    def gettext(self, message: str) -> str:
        return self._words.get(message) or super().gettext(message)


@cache
def _catalogue(slug: str, language: str) -> _Worded:
    return _Worded(language, brand_of(slug).wording[language])


@contextmanager
def worded(brand: Brand | None, language: str) -> Iterator[None]:
    """Speak `language` as this brand does, in templates, forms and code alike.

    Without a brand, or where it has no words of its own, this is `translation.override`.
    """
    with translation.override(language):
        if brand is not None and brand.wording.get(language):
            # Django has no public way to put in a catalogue; `activate` does exactly this.
            trans_real._active.value = _catalogue(brand.slug, language)  # type: ignore[attr-defined]
        yield

"""Names of people as the Netherlands writes and sorts them: initials, prefix, core surname (STANDARDS, Persons)."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from msgspec import Struct

# Letters that Unicode does not take apart into a base letter and a mark.
_PLAIN = str.maketrans(
    {
        "ł": "l", "ø": "o", "đ": "d", "ð": "d", "þ": "th", "ß": "ss", "æ": "ae", "œ": "oe", "ı": "i", "ŋ": "n",
        "ħ": "h", "ŧ": "t",
    }
)  # fmt: skip
_APOSTROPHES = dict.fromkeys(map(ord, "'`´‘’ʼʻ′"), "'")
_NO_LETTERS = re.compile(r"[^0-9a-z]+")
# What a Dutch name may begin with before its core word, as the BRP has it (table 36); longer ones are tried first.
PREFIXES = (
    "'s", "'t", "a", "aan", "aan 't", "aan de", "aan den", "aan der", "aan het", "aan t", "af", "al", "am", "am de",
    "auf", "auf dem", "auf den", "auf der", "auf ter", "aus", "aus 'm", "aus dem", "aus den", "aus der", "aus m",
    "ben", "bij", "bij 't", "bij de", "bij den", "bij het", "bij t", "bin", "boven d", "boven d'", "d", "d'", "da",
    "dal", "dal'", "dalla", "das", "de", "de die", "de die le", "de l", "de l'", "de la", "de las", "de le",
    "de van der", "deca", "degli", "dei", "del", "della", "den", "der", "des", "di", "die le", "do", "don", "dos",
    "du", "el", "het", "i", "im", "in", "in 't", "in de", "in den", "in der", "in het", "in t", "l", "l'", "la", "las",
    "le", "les", "lo", "los", "of", "onder", "onder 't", "onder de", "onder den", "onder het", "onder t", "op",
    "op 't", "op de", "op den", "op der", "op gen", "op het", "op t", "op ten", "over", "over 't", "over de",
    "over den", "over het", "over t", "s", "s'", "t", "te", "ten", "ter", "tho", "thoe", "thor", "to", "toe", "tot",
    "uijt", "uijt 't", "uijt de", "uijt den", "uijt te de", "uijt ten", "uit", "uit 't", "uit de", "uit den",
    "uit het", "uit t", "uit te de", "uit ten", "unter", "van", "van 't", "van de", "van de l", "van de l'", "van den",
    "van der", "van gen", "van het", "van la", "van t", "van ter", "van van de", "ver", "vom", "von", "von 't",
    "von dem", "von den", "von der", "von t", "voor", "voor 't", "voor de", "voor den", "voor in 't", "voor in t",
    "vor", "vor der", "zu", "zum", "zur",
)  # fmt: skip
_ENDS_WORD, _ENDS_SIGN = r" (?=\S)", r" ?(?=\w)"
_PREFIX = re.compile(
    "|".join(
        re.escape(prefix) + (_ENDS_SIGN if prefix.endswith("'") else _ENDS_WORD)
        for prefix in sorted(PREFIXES, key=len, reverse=True)
    ),
    re.IGNORECASE,
)

# Initials of more than one letter, and each letter else.
_TOGETHER = {one.lower(): one for one in ("Chr", "Ch", "Fr", "IJ", "Ph", "Sj", "St", "Th", "Tj")}
_LETTERS = re.compile("|".join((*_TOGETHER.values(), ".")))
# What a hyphen joins to a name before it.
_JOINED = re.compile(r"(\w)[.\s]*-[^.\s]*")


def tidy(text: str) -> str:
    """One spelling for what looks the same: NFC, one kind of apostrophe and space, none at the ends."""
    return " ".join(unicodedata.normalize("NFC", text).translate(_APOSTROPHES).split())


@lru_cache(maxsize=65_536)
def search_key(text: str) -> str:
    """The letters and digits of `text`, lower case, without marks: equal for spellings people mix up.

    Letters of other scripts stay what they are, so that two names in one of them are not the same.

    >>> search_key("Özdemir-Kılıç"), search_key("O'Brien"), search_key("Иванов")
    ('ozdemirkilic', 'obrien', 'иванов')
    """
    lowered = text.translate(_APOSTROPHES).replace("İ", "i").lower().translate(_PLAIN)
    apart = unicodedata.normalize("NFKD", lowered)
    if apart.isascii():
        return _NO_LETTERS.sub("", apart)
    # Case once more, for what taking apart brought up; modifier letters are signs, not letters.
    folded = apart.casefold()
    return "".join(char for char in folded if char.isalnum() and unicodedata.category(char) != "Lm")


def split_prefix(surname: str) -> tuple[str, str]:
    """A surname with its prefix typed before it, taken apart: "van der Veen" is "van der" and "Veen"."""
    match = _PREFIX.match(surname)
    if match is None:
        return "", surname
    return match.group().rstrip(), surname[match.end() :]


def tidy_initials(text: str) -> str:
    """Initials with a point after each, however they were typed: "aj", "A.J", "A. J." become "A.J.".

    Two-letter initials of Dutch use (Th., IJ., Chr.) stay together when they are written with a point or in
    that case ("ThJ"). A full first name typed in the column is shortened to its first letter, and so are names that a
    hyphen joins: to the BRP "Anne-Fleur Belle" is "A.B.".
    """
    text = _JOINED.sub(r"\1", tidy(text))
    if not text:
        return ""
    if "." in text or " " in text or "-" in text:
        initials = [
            initial
            for part in re.split(r"[.\s-]+", text)
            if part
            for initial in ([_TOGETHER[part.lower()]] if part.lower() in _TOGETHER else _of_part(part))
        ]
    elif text.isupper() or text.islower():
        initials = list(text.upper()) if len(text) <= 5 else [text[0].upper()]
    else:
        letters = _LETTERS.findall(text)
        capitals = [letter for letter in letters if letter in _TOGETHER.values() or letter.isupper()]
        typed_so = capitals == letters or (len(text) <= 5 and text[1:2].isupper())
        initials = capitals if typed_so else [text[0].upper()]
    return "".join(f"{initial}." for initial in initials)


def _of_part(part: str) -> list[str]:
    """The initials in what stands between points: some capitals, or the first letter of a name."""
    return list(part) if part.isupper() and len(part) <= 5 else [part[0].upper()]


class PersonName(Struct, frozen=True):
    """How a person is named: initials ("A.J."), prefix ("van der"; may be empty) and core surname ("Veen")."""

    initials: str
    prefix: str
    surname: str

    @classmethod
    def typed(cls, initials: str, prefix: str, surname: str) -> PersonName:
        """The name as typed in a form or file, in one spelling."""
        return cls(tidy_initials(initials), tidy(prefix), tidy(surname))

    def __str__(self) -> str:
        glue = "" if self.prefix.endswith("'") else " "
        family = f"{self.prefix}{glue}{self.surname}" if self.prefix else self.surname
        return f"{self.initials} {family}".strip()

    @property
    def sort_key(self) -> str:
        """Sorts on the core word, then initials, then prefix; also what a prefix search runs over.

        The separator sorts below every letter, so that "bos" comes before "bosch".
        """
        return f"{search_key(self.surname)} {search_key(self.initials)} {search_key(self.prefix)}".rstrip()

    def same_person_name(self, other: PersonName) -> bool:
        """Whether the surnames agree and no initial contradicts: accents, case and missing initials forgiven.

        "A." and "A.J." agree, "A.J." and "A.B." do not. "Th.J." and "T.J." do: the BRP shortens Theo to one letter.
        """
        if self == other:
            return True
        if not self.same_surname(other):
            return False
        ours, theirs = search_key(self.initials), search_key(other.initials)
        if _one_begins_the_other(ours, theirs):
            return True
        each = zip(_initials(self.initials), _initials(other.initials), strict=False)
        return all(_one_begins_the_other(one, another) for one, another in each)

    def same_surname(self, other: PersonName) -> bool:
        """Whether the surnames agree: accents, case and prefixes forgiven."""
        if search_key(self.surname) == search_key(other.surname):
            return True
        # Portuguese and Spanish double names, and a prefix typed in the surname column.
        return search_key(self.prefix + self.surname) == search_key(other.prefix + other.surname)


def _initials(text: str) -> list[str]:
    return [search_key(initial) for initial in text.split(".") if initial]


def _one_begins_the_other(one: str, other: str) -> bool:
    return one.startswith(other) or other.startswith(one)

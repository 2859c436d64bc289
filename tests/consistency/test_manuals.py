"""The manuals say what is on screen: every page has a chapter, every button its own name, every picture a journey."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

from collectief.brands.catalogue import all_brands
from collectief.segments.catalogue import PROFILES
from collectief.web.menu import ENTRIES
from tests.journeys.manual import NAMES

FOLDER = Path("docs/manuals")
# The manual of each segment; whoever acts for others has the pages of whom they act for.
OF = {
    "staffing_agency": "uitzendbureaus",
    "municipality": "gemeenten",
    "back_office": "kantoor",
    "employer": "werkgevers",
    "occupational_care": "bedrijfszorg",
    "representative": "ondersteuners",
}
MANUALS = sorted(FOLDER.glob("*.md"))
_LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")


def _anchors(text: str) -> set[str]:
    """What a link can point at in a text: its headings as the forges of code spell them."""
    heads = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", head.lower()).replace(" ", "-") for head in heads}


def _plain(text: str) -> str:
    return " ".join(text.split())


@pytest.fixture(scope="module")
def on_screen() -> re.Pattern[str]:
    """Everything that a Dutch screen can say, with anything at all where something is filled in (`…` in a manual)."""
    with Path("src/collectief/locale/en/LC_MESSAGES/django.po").open("rb") as file:
        catalogue = read_po(file)
    words = {word for one in catalogue for word in ([one.id] if isinstance(one.id, str) else one.id) if word}
    # A portal that says je has words of its own.
    words |= {said for brand in all_brands() for said in brand.wording.get("nl", {}).values()}
    for profile in PROFILES.values():
        words |= {reason.dutch for reason in profile.termination_reasons} | {way.dutch for way in profile.payment_ways}
    # A sentence may be quoted by itself; what is all filled in, or begins so, would allow any word.
    said = {part for word in words for part in (_plain(word), *re.findall(r"[^.]+\.?", _plain(word)))}
    filled = (re.split(r"%\(\w+\)[sd]|\{\w*\}", part.strip().rstrip(".")) for part in said)
    return re.compile("|".join(".+".join(map(re.escape, parts)) for parts in filled if parts[0]))


def test_every_segment_has_a_manual():
    written = {path.stem for path in MANUALS} - {"README"}
    assert written == set(OF.values())
    without = {slug for slug, one in PROFILES.items() if one.acts_for_others}
    assert set(PROFILES) - set(OF) == without, "name the manual of each segment in `OF` above, and write it"
    listed = _LINK.findall((FOLDER / "README.md").read_text())
    assert {f"{name}.md" for name in written} <= set(listed)


@pytest.mark.parametrize("slug", OF)
def test_every_page_in_the_menu_has_a_chapter(slug):
    profile = PROFILES[slug]
    held = profile.permissions(frozenset(profile.roles))
    pages = {
        str(entry.label)
        for entry in ENTRIES
        if entry.permission in held and (entry.capability is None or profile.allows(entry.capability))
    }
    chapters = re.findall(r"^## (.+)$", (FOLDER / f"{OF[slug]}.md").read_text(), re.MULTILINE)
    missing = sorted(pages - set(chapters))
    assert not missing, f"docs/manuals/{OF[slug]}.md needs a chapter (## and the name in the menu) for {missing}"
    assert len(chapters) == len(set(chapters))


@pytest.mark.parametrize("path", MANUALS, ids=lambda path: path.stem)
def test_every_link_leads_somewhere(path):
    text = path.read_text()
    for target in _LINK.findall(text):
        if target.startswith("https://"):
            continue
        file, _, anchor = target.partition("#")
        there = path.parent / file if file else path
        assert there.is_file(), target
        assert not anchor or anchor in _anchors(there.read_text()), target


@pytest.mark.parametrize("path", MANUALS, ids=lambda path: path.stem)
def test_what_is_bold_is_on_screen(path, on_screen):
    """Bold is what stands on a screen, to the letter: a button that is renamed is renamed here."""
    said = {_plain(words) for words in re.findall(r"\*\*([^*]+)\*\*", path.read_text())} - {"Vet"}
    unseen = [words for words in sorted(said) if not on_screen.fullmatch(words.rstrip("."))]
    assert unseen == [], f"no screen says this, or the words are not gathered yet (`make messages`): {unseen}"


def test_every_picture_is_drawn_by_a_journey_and_named_in_a_manual():
    named = {
        target.removeprefix("pictures/").removesuffix(".png")
        for path in MANUALS
        for target in _LINK.findall(path.read_text())
        if target.endswith(".png")
    }
    there = {str(path.relative_to(FOLDER / "pictures").with_suffix("")) for path in FOLDER.rglob("*.png")}
    assert named == NAMES, "each picture of tests/journeys/manual.py stands in one manual, and no other does"
    assert there == NAMES, "run `make manuals`, and remove pictures that nothing draws any more"


def test_pictures_stay_small():
    """Everybody who clones the house carries them."""
    sizes = {path.name: path.stat().st_size for path in FOLDER.rglob("*.png")}
    assert {name: size for name, size in sizes.items() if size > 200_000} == {}
    assert sum(sizes.values()) < 5_000_000

"""A brand is data: what its file may say, what is refused, and that its words are really used (K07)."""

from __future__ import annotations

import re
import runpy
import shutil
from datetime import date
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders
from django.template import engines
from django.utils.translation import gettext, gettext_lazy, ngettext

from collectief.brands.brand import FILES, THEME, BrandError, Desk, dial, read_brand
from collectief.brands.catalogue import FOLDER, all_brands, brand, brand_for_host, read_catalogue
from collectief.brands.finder import BrandFinder
from collectief.brands.wording import worded
from collectief.web.shell import Shell

pytestmark = pytest.mark.feature("K07")

# What "u" looks like in a sentence; "U" begins one.
_FORMAL = re.compile(r"\b[Uu]w?\b")


def _copy(folder: Path, slug: str = "nieuw", *, of: str = "mijnzz") -> Path:
    """A brand's folder, to be changed."""
    return Path(shutil.copytree(FOLDER / of, folder / slug))


def _write(folder: Path, *changes: tuple[str, str], more: str = "") -> Path:
    file = folder / "brand.toml"
    text = file.read_text()
    for before, after in changes:
        assert before in text
        text = text.replace(before, after)
    file.write_text(more + text)
    return folder


def test_what_a_brand_says_is_read(tmp_path):
    found = read_brand(_copy(tmp_path))
    assert (found.slug, found.name, found.insurer) == ("nieuw", "MijnZZ Zakelijk", "zorg-en-zekerheid")
    assert (found.theme, found.wordmark, found.icon) == (
        "brands/nieuw/tokens.css", "brands/nieuw/wordmark.svg", "brands/nieuw/icon.svg",
    )  # fmt: skip
    assert found.desks[0].title["nl"]


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        (('name = "MijnZZ Zakelijk"\n', ""), "name: is missing"),
        (('name = "MijnZZ Zakelijk"\n', "name = 1\n"), "name: must be a str"),
        (('hosts = ["mijnzz.localhost"]', "hosts = []"), "each need at least one entry"),
        (('hosts = ["mijnzz.localhost"]', "hosts = [1]"), "must hold texts only"),
        (('segments = ["staffing_agency"', 'segments = ["nothing"'), "unknown: nothing"),
        (('minimum_assurance = "eH2+"', 'minimum_assurance = "eH9"'), "minimum_assurance: eH9 is not"),
        (('address = "u"', 'address = "gij"'), "must be u or je"),
        (('address = "u"', 'address = "u"\ncolour = "green"'), "unknown key: colour"),
        (('address = "u"', 'address = "u"\nnarrowed = ["flying"]'), "unknown: flying"),
        (("[welcome]\nnl =", "[welcome]\nde ="), "welcome: needs a text for each of nl, en"),
        (("[terms]\n", '[wording.fr]\n"a" = "b"\n\n[terms]\n'), "wording.fr: unknown language"),
        (("[terms]\n", '[wording.nl]\n"a" = 1\n\n[terms]\n'), "must hold texts only"),
        (('mail = "buitenland', 'fax = "1"\nmail = "buitenland'), "unknown key: fax"),
        (("[terms]", "[terms"), "nieuw/brand.toml"),
        (('address = "u"', 'address = "u"\npassword_shortest = 8'), "password_shortest: must be 12 to 64"),
        (('address = "u"', 'address = "u"\npassword_shortest = "lang"'), "password_shortest: must be a int"),
        (
            ('address = "u"', 'address = "u"\nsmallest_rsa = 1024'),
            "smallest_rsa: must be a number of bits, 2048 or more",
        ),
        (('address = "u"', 'address = "u"\nsecond_factor_from = "ooit"'), "second_factor_from: must be a date"),
        # Of TOML a day with a time is a kind of day; it cannot be compared with one.
        (
            ('address = "u"', 'address = "u"\nsecond_factor_from = 2027-03-01T00:00:00'),
            "second_factor_from: must be a date",
        ),
        (("[terms]\nnl =", '[terms]\nnl = " "\n#'), "terms: needs a text for each of nl, en"),
        (
            ('segments = ["', 'second_factor_from = 2027-03-01\nsegments = ["back_office", "'),
            "second_factor_from: not where a segment takes nothing but a passkey",
        ),
        (('address = "u"', 'address = "u"\nwords_of = "niemand"'), "words_of:"),
        (('address = "u"', 'address = "u"\nlook_of = "niemand"'), "niemand/tokens.css is missing"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_is_not_understood_is_refused_with_file_and_key(tmp_path, change, complaint):
    folder = _write(_copy(tmp_path), change)
    with pytest.raises(BrandError, match=re.escape("nieuw/brand.toml")) as refused:
        read_brand(folder)
    assert complaint in str(refused.value)


@pytest.mark.parametrize("file", [THEME, *FILES])
def test_a_brand_without_its_look_is_refused(tmp_path, file):
    folder = _copy(tmp_path)
    (folder / file).unlink()
    with pytest.raises(BrandError, match=re.escape(file)):
        read_brand(folder)


def test_a_brand_may_have_the_look_of_another(tmp_path):
    _copy(tmp_path, "een")
    folder = _write(_copy(tmp_path, "twee"), ('address = "u"', 'address = "u"\nlook_of = "een"'))
    (folder / THEME).unlink()
    assert read_brand(folder).theme == "brands/een/tokens.css"


def test_two_brands_cannot_have_one_host(tmp_path):
    _copy(tmp_path, "een")
    _copy(tmp_path, "twee")
    with pytest.raises(BrandError, match=r"twee/brand.toml: host mijnzz.localhost is already of een"):
        read_catalogue(tmp_path)


def test_two_brands_call_an_insurer_by_one_name(tmp_path):
    _copy(tmp_path, "een")
    own = ('hosts = ["mijnzz.localhost"]', 'hosts = ["twee.localhost"]')
    _write(_copy(tmp_path, "twee"), own, ('name = "Zorg en Zekerheid"', 'name = "Zorg & Zekerheid"'))
    with pytest.raises(BrandError, match=r"twee/brand.toml: insurer zorg-en-zekerheid is Zorg en Zekerheid in een/"):
        read_catalogue(tmp_path)


@pytest.mark.parametrize(
    ("host", "slug"),
    [
        ("mijnzz.localhost", "mijnzz"), ("MijnZZ.localhost:8000", "mijnzz"), ("voorbeeld.localhost.", "voorbeeld"),
        ("localhost", None), ("mijnzz", None), ("", None), ("mijnzz.localhost.evil.example", None), ("[::1]:80", None),
    ],
)  # fmt: skip
def test_a_host_leads_to_its_brand(host, slug):
    found = brand_for_host(host)
    assert (found and found.slug) == slug


def test_a_number_can_be_dialled():
    assert dial("(071) 5 825 299") == "0715825299"
    assert Desk({"nl": "x", "en": "x"}, "a@example.nl", "+31 71 5 825 299").dial == "+31715825299"
    assert brand("mijnzz").support_dial == "0715825299"


def test_a_brand_gives_its_look_and_nothing_else():
    finder = BrandFinder()
    listed = {name for name, _storage in finder.list(None)}
    own = {f"{one.slug}/{file}" for one in all_brands() for file in (THEME, *FILES)}
    # Who has the look of another has none to give.
    assert listed == own - {f"{one.slug}/{THEME}" for one in all_brands() if one.look_of}
    for one in all_brands():
        for file in (one.theme, one.wordmark, one.icon):
            assert finders.find(file) == str(FOLDER / file.removeprefix("brands/"))
    for other in ("brands/voorbeeld/brand.toml", "brands/../brands/voorbeeld/brand.toml", "brands/brand.py",
                  "brands/nobody/icon.svg", "voorbeeld/icon.svg"):  # fmt: skip
        assert not finder.find(other)
        assert finder.find(other, find_all=True) == []
    assert finder.find("brands/mijnzz/icon.svg", find_all=True) == [str(FOLDER / "mijnzz" / "icon.svg")]


def test_every_brands_drawings_say_what_they_are():
    for one in all_brands():
        assert f"<title>{one.name}</title>" in (FOLDER / one.slug / "wordmark.svg").read_text()


def test_a_brand_speaks_its_own_words_in_code_forms_and_templates():
    later = gettext_lazy("Wacht op uw akkoord")
    template = engines["django"].from_string('{% translate "Wacht op uw akkoord" %}')
    said = {}
    for slug in ("mijnzz", "voorbeeld"):
        with worded(brand(slug), "nl"):
            said[slug] = {gettext("Wacht op uw akkoord"), str(later), template.render({})}
    assert said == {"mijnzz": {"Wacht op uw akkoord"}, "voorbeeld": {"Wacht op je akkoord"}}
    # Nothing of it stays behind, and what it does not word differently is as everywhere.
    with worded(None, "nl"):
        assert gettext("Wacht op uw akkoord") == "Wacht op uw akkoord"
    with worded(brand("voorbeeld"), "en"):
        assert gettext("Wacht op uw akkoord") == "Waits for your agreement"
    with worded(brand("voorbeeld"), "nl"):
        assert gettext("Dashboard") == "Dashboard"
        assert ngettext("%(total)s bestand", "%(total)s bestanden", 2) == "%(total)s bestanden"


@pytest.mark.feature("O04")
def test_a_brand_may_ask_for_longer_passwords_and_give_days_for_the_second_factor(tmp_path):
    plain = read_brand(_copy(tmp_path))
    assert (plain.password_shortest, plain.second_factor_from, plain.smallest_rsa) == (12, None, 3072)
    more = "password_shortest = 15\nsmallest_rsa = 2048\nsecond_factor_from = 2027-03-01\n"
    asked = read_brand(_write(_copy(tmp_path, "ander"), more=more))
    assert (asked.password_shortest, asked.second_factor_from, asked.smallest_rsa) == (15, date(2027, 3, 1), 2048)


def test_a_brand_may_speak_the_words_of_another_and_differ_where_it_likes(tmp_path):
    shutil.copytree(FOLDER / "voorbeeld", tmp_path / "voorbeeld")
    more = 'words_of = "voorbeeld"\n'
    own = ("[terms]\n", '[wording.nl]\n"Wacht op uw akkoord" = "Wacht op jou"\n\n[terms]\n')
    found = read_brand(_write(_copy(tmp_path), own, more=more))
    assert found.wording["nl"]["Wacht op uw akkoord"] == "Wacht op jou"
    assert found.wording["nl"]["U bent uitgelogd."] == "Je bent uitgelogd."


def _sentences() -> list[str]:
    fresh = runpy.run_path("scripts/messages")["gathered"]()
    return [text for m in fresh if m.id for text in (m.id if isinstance(m.id, list | tuple) else [m.id])]


@pytest.mark.parametrize("one", [b for b in all_brands() if b.address == "je"], ids=lambda b: b.slug)
def test_a_brand_that_says_je_says_it_in_every_sentence(one):
    own, sentences = one.wording["nl"], _sentences()
    formal = [text for text in sentences if _FORMAL.search(text)]
    assert len(formal) > 40
    assert [text for text in formal if text not in own] == [], (
        "these say u to whom the brand says je: word them under [wording.nl] of brands/voorbeeld/brand.toml"
    )
    assert [text for text in own if text not in sentences] == [], "these are said nowhere (any more)"
    for before, after in own.items():
        assert not _FORMAL.search(after)
        assert sorted(re.findall(r"%\(\w+\)s|{\w*}", before)) == sorted(re.findall(r"%\(\w+\)s|{\w*}", after))
    assert not [text for text in (one.welcome["nl"], one.privacy["nl"], one.terms["nl"]) if _FORMAL.search(text)]


@pytest.mark.parametrize("language", ["nl", "en"])
def test_the_shell_says_what_the_brand_says_in_the_language_of_the_page(language):
    for one in all_brands():
        shell = Shell(one, language)
        assert (shell.welcome, shell.privacy, shell.terms) == (
            one.welcome[language], one.privacy[language], one.terms[language],
        )  # fmt: skip
        assert [title for title, _desk in shell.desks] == [desk.title[language] for desk in one.desks]
    bare = Shell(None, language)
    assert (bare.welcome, bare.desks) == ("", [])


def _contrast(one: str, other: str) -> float:
    """How far two colours (#rrggbb) are apart, from 1 to 21 (WCAG 2.2, relative luminance)."""

    def luminance(colour: str) -> float:
        parts = (int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5))
        red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


# What stands on what, on any page.
_TEXT_ON = [
    *((f"text-{text}", place) for text in ("default", "subtle") for place in
      ("background-default", "background-tinted", "surface-default", "surface-tinted")),
    ("base-contrast-default", "base-default"),
]  # fmt: skip


@pytest.mark.feature("X14")
@pytest.mark.parametrize("slug", [one.slug for one in all_brands()])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_colours_of_a_brand_are_far_enough_apart_to_be_read(slug, scheme):
    block = (
        Path(finders.find(brand(slug).theme)).read_text().partition(f"color-scheme.{scheme}")[2].partition("@media")[0]
    )
    colours = dict(re.findall(r"--ds-color-([\w-]+): (#[0-9a-fA-F]{6});", block))
    scales = {name.removesuffix("-text-default") for name in colours if name.endswith("-text-default")}
    assert {"accent", "neutral", "danger"} <= scales
    for scale in scales:
        for text, place in _TEXT_ON:
            found = _contrast(colours[f"{scale}-{text}"], colours[f"{scale}-{place}"])
            assert found >= 4.5, f"{scale}: {text} on {place} is {found:.2f}"

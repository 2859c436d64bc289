"""No barriers with mistakes or nothing in it, in either language; everything from the keyboard (X14).

Every page as it is when all is well: test_every_page.py.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import pytest
from django.template.loader import render_to_string
from django.utils import translation
from playwright.sync_api import expect

from collectief.brands.catalogue import brand
from collectief.web.shell import Shell

LANGUAGES = ("nl", "en")


@pytest.mark.feature("X14")
@pytest.mark.timeout(600)
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_page_with_mistakes_or_without_anything_in_it_has_no_barriers(anna, language):
    anna.speaks(language)
    for path in ("/deelnemers/nieuw/", "/uploads/"):
        anna.opens(path)
        anna.page.locator("main button[type=submit]").last.click()
        anna.page.locator("[data-focus]").wait_for()
        anna.finds_no_barriers()
    for path in ("/deelnemers/", "/oud-deelnemers/"):
        anna.opens(f"{path}?geboortedatum=99-99-9999")
        anna.finds_no_barriers()
        anna.opens(f"{path}?achternaam=zzzzzz")
        anna.finds_no_barriers()
        anna.opens(path)
        anna.page.locator("tbody tr:not(.c-pending) th a").first.click()
        anna.page.locator(".c-opened button[type=submit]").click()
        anna.page.locator("[data-focus]").wait_for()
        anna.finds_no_barriers()


@pytest.mark.feature("X14")
@pytest.mark.timeout(600)
@pytest.mark.parametrize("language", LANGUAGES)
def test_nor_have_the_pages_for_what_went_wrong(visitor, someone, language):
    visitor.opens("/inloggen/")
    visitor.speaks(language)
    for path in ("/inloggen/", "/inloggen/?beeindigd=", "/inloggen/?uitgelogd", "/inloggen/terug/", "/nergens/"):
        visitor.opens(path)
        visitor.finds_no_barriers()
    # The form stood open too long: its cookie is gone.
    visitor.opens("/inloggen/")
    visitor.page.context.clear_cookies(name="csrf")
    visitor.page.locator(".c-top button").first.click()
    visitor.finds_no_barriers()
    # A host that is nobody's.
    visitor.page.goto(visitor.stack.portal("elders"))
    visitor.finds_no_barriers()
    femke = someone("Femke Visser")
    femke.speaks(language)
    femke.opens("/deelnemers/")
    femke.finds_no_barriers()


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(("page", "status"), [("500", 500), ("413", 413), ("400", 400)])
def test_nor_have_those_that_a_browser_seldom_sees(visitor, page, status, language):
    """Drawn here and shown at the portal's address, so that they find its style sheets."""
    with translation.override(language):
        text = render_to_string(f"errors/{page}.html", {"shell": Shell(brand("mijnzz"), language)})
    visitor.page.route("**/bijzonder/", lambda route: route.fulfill(status=status, body=text, content_type="text/html"))
    visitor.opens("/bijzonder/")
    expect(visitor.page.locator("html")).to_have_attribute("lang", language)
    visitor.finds_no_barriers()


@pytest.mark.feature("U01")
@pytest.mark.parametrize("language", LANGUAGES)
def test_the_warning_before_the_session_ends_has_none_and_keeps_what_was_typed(anna, language):
    anna.speaks(language)
    anna.page.clock.install()
    anna.opens("/deelnemers/nieuw/")
    anna.page.locator("#id_surname").fill("Halverwege")
    anna.page.clock.fast_forward("13:05")
    warning = anna.page.get_by_role("dialog")
    expect(warning).to_be_visible()
    anna.finds_no_barriers()
    warning.get_by_role("button").click()
    expect(warning).to_be_hidden()
    assert anna.page.locator("#id_surname").input_value() == "Halverwege"


@pytest.mark.feature("U01")
def test_without_an_answer_it_ends_and_the_sign_in_says_why(anna):
    anna.page.clock.install()
    anna.opens("/dashboard/")
    anna.page.clock.fast_forward("15:05")
    anna.sees("Uw sessie is beëindigd")


@pytest.fixture
def nearly_four_hours(anna):
    """A form on which ten minutes are left, by the server's word, however much it is used."""
    # Before our own script reads it, and after the server wrote it.
    anna.page.add_init_script(
        "document.addEventListener('readystatechange',"
        " () => { if (document.readyState === 'interactive') document.body.dataset.left = '600'; })"
    )
    anna.page.clock.install()
    # It stands still until a test lets it go: on a slow machine five seconds are gone before the first look.
    anna.page.clock.pause_at(datetime.now() + timedelta(minutes=1))
    # The end that another page told of was later.
    anna.page.evaluate("localStorage.clear()")
    anna.opens("/deelnemers/nieuw/")
    anna.page.locator("#id_surname").fill("Halverwege")
    return anna


@pytest.mark.feature("U01")
def test_five_minutes_before_the_four_hours_are_over_it_is_said_once_and_typing_goes_on(nearly_four_hours):
    anna = nearly_four_hours
    anna.page.clock.fast_forward("04:55")
    expect(anna.page.get_by_role("dialog")).to_be_hidden()
    anna.page.clock.fast_forward("00:10")
    warning = anna.page.get_by_role("dialog", name="U wordt zo uitgelogd")
    expect(warning).to_be_visible()
    anna.page.clock.resume()
    anna.finds_no_barriers()
    warning.get_by_role("button", name="Sluiten").click()
    expect(warning).to_be_hidden()
    expect(anna.page.locator("#id_surname")).to_have_value("Halverwege")
    anna.page.clock.fast_forward("00:30")
    expect(warning).to_be_hidden()
    expect(anna.page.get_by_role("button", name="Aanmelden")).to_be_enabled()
    anna.page.clock.fast_forward("04:30")
    anna.sees("Uw sessie is beëindigd")


@pytest.mark.feature("U01")
def test_use_in_one_tab_counts_in_the_other(anna):
    anna.page.clock.install()
    anna.opens("/dashboard/")
    anna.page.clock.fast_forward("12:00")
    other = anna.page.context.new_page()
    other.goto(anna.stack.portal("mijnzz") + "/deelnemers/")
    anna.page.clock.fast_forward("02:00")
    expect(anna.page.get_by_role("dialog")).to_be_hidden()
    anna.page.clock.fast_forward("11:10")
    expect(anna.page.get_by_role("dialog")).to_be_visible()


@pytest.mark.feature("U04")
@pytest.mark.feature("U06")
def test_a_row_is_opened_and_filled_in_from_the_keyboard(anna):
    anna.follows_menu("Huidige deelnemers")
    page = anna.page
    # The skip link is the first thing there is, shows itself, and leads past the menu.
    page.keyboard.press("Tab")
    skip = page.locator(".ds-skip-link")
    expect(skip).to_be_focused()
    box = skip.bounding_box()
    assert box is not None
    assert box["y"] >= 0
    assert box["height"] > 10
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_be_focused()
    page.keyboard.press("Tab")
    expect(page.get_by_role("search").get_by_label("Achternaam")).to_be_focused()
    _shows_focus(page)
    # A row opens with Enter, and its form comes next, but for the letter that stands behind the name.
    name = page.locator("tbody tr:not(.c-pending) th a").first
    name.focus()
    page.keyboard.press("Enter")
    opened = page.locator("tbody th a[aria-expanded=true]")
    expect(opened).to_have_count(1)
    opened.focus()
    _shows_focus(page)
    page.keyboard.press("Tab")
    expect(page.locator("tbody tr:has(a[aria-expanded=true])").get_by_text("PDF")).to_be_focused()
    page.keyboard.press("Tab")
    expect(page.get_by_label("Einddatum (t/m)", exact=True)).to_be_focused()
    page.keyboard.type("x")
    page.keyboard.press("Enter")
    # What is wrong has the focus, and its link leads to the field.
    expect(page.locator("[data-focus]")).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_label("Einddatum (t/m)", exact=True)).to_be_focused()


def _shows_focus(page) -> None:
    outline, shadow, what = page.evaluate(
        "() => { const e = document.activeElement, s = getComputedStyle(e);"
        " return [s.outlineStyle, s.boxShadow, e.outerHTML.slice(0, 200)]; }"
    )
    assert (outline, shadow) != ("none", "none"), what


def test_every_link_and_button_shows_that_it_has_the_focus(anna):
    for path in ("/dashboard/", "/deelnemers/?open=0"):
        anna.opens(path)
        # The skip link shows itself by being there at all.
        anna.page.keyboard.press("Tab")
        for _ in range(12):
            anna.page.keyboard.press("Tab")
            _shows_focus(anna.page)


@pytest.mark.feature("U21")
def test_a_file_that_is_too_large_is_told_before_it_is_sent(anna, tmp_path):
    big = _big(tmp_path)
    anna.opens("/uploads/")
    anna.page.get_by_label("Bestand", exact=True).set_input_files(big)
    anna.page.get_by_role("button", name="Verstuur").click()
    anna.sees("Dit bestand is groter dan 25 MB.")
    anna.finds_no_barriers()
    assert anna.page.url.endswith("/uploads/")


@pytest.mark.feature("U21")
def test_without_a_script_it_is_refused_with_the_same_advice(anna, browser, tmp_path):
    plain = browser.new_context(java_script_enabled=False, storage_state=anna.page.context.storage_state())
    try:
        page = plain.new_page()
        page.goto(anna.stack.portal("mijnzz") + "/uploads/")
        page.get_by_label("Bestand", exact=True).set_input_files(_big(tmp_path))
        page.get_by_role("button", name="Verstuur").click()
        page.get_by_text("Een bestand mag hooguit 25 MB zijn.").wait_for(timeout=60_000)
    finally:
        plain.close()


def _big(folder: Path) -> Path:
    path = folder / "groot.xlsx"
    with path.open("wb") as stream:
        stream.truncate(40 * 1024 * 1024)
    return path

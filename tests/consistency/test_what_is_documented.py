"""What the pages for operators say of signing in, sessions and logs is what the code does (ASVS 5.0)."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings
from django.forms import Form
from django.forms.widgets import PasswordInput
from django.urls import get_resolver

from collectief.access import sessions
from collectief.brands.catalogue import all_brands
from collectief.bulk.sheets.container import Limits
from collectief.config.embedded import _SETTINGS
from collectief.config.environment import DEMO, NotConfigured, told
from collectief.config.logs import logging_settings
from collectief.scope.database import Audience
from collectief.segments.profile import Factor, Means

DOCS = Path("docs")


def rows(page: str, head: str) -> list[list[str]]:
    """The cells of the table of a page whose first row begins with `head`."""
    lines = (DOCS / page).read_text().splitlines()
    start = next(number for number, line in enumerate(lines) if line.startswith(f"| {head} |"))
    found = []
    for line in lines[start + 2 :]:
        if not line.startswith("|"):
            break
        found.append([cell.strip() for cell in line.strip("|").split("|")])
    return found


def test_every_way_in_is_documented_with_its_strength():
    told = {name: strength for name, strength, _ in rows("signing-in.md", "way in")}
    assert {one for name in told for one in re.findall(r"`(\w+)`", name)} == {*Means, *Factor}
    assert all(told.values())
    portals = " ".join(row[0] for row in rows("signing-in.md", "portal"))
    missing = [brand.name for brand in all_brands() if brand.name.replace(" Zakelijk", "") not in portals]
    assert not missing, f"say in the first table of docs/signing-in.md how one signs in at {missing}"
    readme = Path("README.md").read_text()
    missing = [brand.name for brand in all_brands() if f"http://{brand.slug}.localhost:8000/" not in readme]
    assert not missing, f"the table of portals in README.md lacks {missing}"


def test_the_times_that_are_documented_are_those_that_count():
    told = [(what, how_long) for what, how_long, _ in rows("sessions.md", "what")]
    minutes = {
        "without use": settings.SESSION_IDLE_SECONDS, "between password and second step": sessions._HALF_SECONDS,
        'a second factor counts as "just now"': sessions._FRESH_SECONDS,
    }  # fmt: skip
    assert told == [
        ("without use", f"{minutes['without use'] // 60} minutes"),
        ("the warning before that", f"at {settings.SESSION_WARNING_SECONDS // 60} minutes"),
        ("at most, however busy", f"{settings.SESSION_LONGEST_SECONDS // 3600} hours"),
        ("the warning before that", f"{settings.SESSION_LAST_SECONDS // 60} minutes before"),
        *((what, f"{seconds // 60} minutes") for what, seconds in list(minutes.items())[1:]),
    ]
    assert all(why for *_, why in rows("sessions.md", "what")), "each with its reason"


def test_every_log_stands_in_the_inventory_with_who_reads_it_and_how_long_it_is_kept():
    inventory = rows("logs.md", "log")
    assert all(len(row) == 6 and all(row) for row in inventory)
    text = (DOCS / "logs.md").read_text()
    where = {"stderr": "standard error", "collector": "`COLLECTIEF_LOG_COLLECTOR`"}
    handlers = logging_settings("WARNING", "json", "https://collector.example/v1/logs")["handlers"]
    assert all(where[name] in text for name in handlers), "a handler that nobody told of"
    trail = {model._meta.db_table for model in apps.get_app_config("audit").get_models()}
    assert trail == set(re.findall(r"`(audit_\w+)`", " ".join(row[0] for row in inventory)))
    source = Path("src/collectief/config/settings.py").read_text()
    assert all(f"`{name}" in text for name in re.findall(r'"(COLLECTIEF_LOG\w*)"', source))


def test_every_variable_of_the_environment_stands_in_the_page_for_operators_and_what_production_needs():
    sources = [*Path("src/collectief").rglob("*.py")]
    read = {
        name for path in sources
        for name in re.findall(r'os\.environ(?:\.get\(|\[)"([A-Z_]+)"', path.read_text())
    }  # fmt: skip
    assert len(read) > 15
    table = {
        name: without
        for names, _, without in rows("operating.md", "variable")
        for name in re.findall(r"`(\w+)`", names)
    }
    others = {name for name in table if name.startswith("AWS_")}
    assert table.keys() - others == (read | DEMO.keys()) - {"DJANGO_SETTINGS_MODULE"}
    needed = [name for name, without in table.items() if without.startswith("needed")]
    given = dict.fromkeys(needed, "https://elsewhere.example/?sslmode=verify-full") | {
        "COLLECTIEF_SECRET": "a" * 64, "COLLECTIEF_STATE": "/srv/collectief",
    }  # fmt: skip
    assert told(given, production=True)
    for name in needed:
        with pytest.raises(NotConfigured, match=f"Not set: {name}\\."):
            told(given | {name: ""}, production=True)


def test_the_readme_leads_to_every_page_and_has_the_rooms_in_the_order_of_the_house():
    readme = Path("README.md").read_text()
    pages = [path for path in DOCS.glob("*.md") if f"({path})" not in readme]
    assert not pages, f"README.md leads to none of these: {pages}"
    contracts = tomllib.loads(Path("pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    floor = {room.strip(): number for number, layer in enumerate(contracts[0]["layers"]) for room in layer.split("|")}
    table = readme.partition("| room |")[2].partition("\n\n")[0]
    told = [room for line in table.splitlines() for room in re.findall(r"`(\w+)`", line.partition(" | ")[0])]
    assert set(told) == set(floor)
    assert [floor[room] for room in told] == sorted(floor.values())
    shown = set(re.findall(r"pictures/[\w-]+\.png", readme + "".join(path.read_text() for path in DOCS.glob("*.md"))))
    assert {f"pictures/{path.name}" for path in (DOCS / "pictures").iterdir()} == shown, "a picture that nobody sees"


def test_every_role_of_the_database_stands_in_the_page_of_the_database():
    assert {name for name, *_ in rows("database.md", "role")} == {f"`{role}`" for role in Audience}


def forms() -> list[type[Form]]:
    """Every form of the portal."""
    # Known once its pages are.
    assert get_resolver().url_patterns
    found, waiting = [], [Form]
    while waiting:
        for one in waiting.pop().__subclasses__():
            waiting.append(one)
            if one.__module__.startswith("collectief."):
                found.append(one)
    return found


def test_every_field_for_a_password_hides_it_and_lets_a_password_manager_fill_it_in():
    hidden = [
        (form, field) for form in forms() for field in form.base_fields.values()
        if isinstance(field.widget, PasswordInput)
    ]  # fmt: skip
    assert len(hidden) >= 4
    for form, field in hidden:
        assert field.widget.attrs["autocomplete"] in ("current-password", "new-password"), form
        assert not field.strip, "what is pasted counts as it is"
        assert "readonly" not in field.widget.attrs
    # And no field for one that shows it.
    named = {
        (form.__name__, name) for form in forms() for name, field in form.base_fields.items()
        if "password" in name.lower() or "wachtwoord" in str(field.label).lower()
    }  # fmt: skip
    assert named <= {(form.__name__, name) for form, _ in hidden for name in form.base_fields}
    assert all(
        isinstance(form.base_fields[name].widget, PasswordInput)
        for form in forms() for name in form.base_fields if (form.__name__, name) in named
    )  # fmt: skip
    web = Path("src/collectief/web")
    scripts = [path for path in (web / "static").rglob("*.js") if "vendor" not in path.parts]
    for path in [*scripts, *(web / "templates").rglob("*.html")]:
        assert not re.search(r"\bpaste\b|onpaste|autocomplete=.off", path.read_text()), path


def test_nothing_holds_a_hint_or_the_answer_to_a_secret_question():
    secret = re.compile(r"hint|secret_?question|security_?(question|answer)|mother|meisjesnaam|geheime", re.IGNORECASE)
    fields = [f"{model.__name__}.{field.name}" for model in apps.get_models() for field in model._meta.get_fields()]
    fields += [f"{form.__name__}.{name} {field.label}" for form in forms() for name, field in form.base_fields.items()]
    assert len(fields) > 200
    assert not [one for one in fields if secret.search(one)]


@pytest.mark.parametrize("page", ["database.md", "audit.md"])
def test_what_the_embedded_server_keeps_out_of_its_log_is_asked_of_another_server_too(page):
    """A server's own settings log the statement, the row and the line that were wrong (ASVS 5.0, 16.2.5)."""
    ours = {line.replace("'", "") for line in _SETTINGS.splitlines() if line.startswith("log_")}
    asked = {line.split("#")[0].strip().replace("'", "") for line in (DOCS / page).read_text().splitlines()}
    assert "log_error_verbosity = terse" in ours
    assert not ours - asked


def test_the_proxy_of_the_page_for_operators_takes_the_largest_upload_and_keeps_no_address_and_no_body():
    server = (DOCS / "operating.md").read_text().partition("```nginx")[2].partition("```")[0]
    said = {line.split()[0]: line.split(";")[0].split()[1:] for line in server.splitlines() if ";" in line}
    assert said["access_log"] == ["off"]
    assert said["error_log"] == ["stderr", "crit"]
    assert said["proxy_max_temp_file_size"] == ["0"]
    # The form around the file takes some room too.
    assert int(said["client_max_body_size"][0].removesuffix("m")) * 1024**2 > Limits().file_bytes
    assert said["client_body_buffer_size"] == said["client_max_body_size"]

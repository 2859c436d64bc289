"""What the house promises and imports alone cannot show."""

from __future__ import annotations

import ast
import re
import runpy
import tomllib
from collections import Counter
from pathlib import Path

import pytest
from babel.messages.pofile import read_po
from django.apps import apps
from django.core.management import call_command
from django.db import connection
from django.urls import URLPattern, get_resolver

from collectief.scope.database import Audience, opened
from collectief.segments.catalogue import MODULES, PROFILES
from collectief.segments.profile import Permission
from tests.world import agency

SOURCE = Path("src/collectief")
CONTRACTS = tomllib.loads(Path("pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]


def _modules() -> list[Path]:
    return [path for path in SOURCE.rglob("*.py") if "migrations" not in path.parts]


def test_foreign_keys_point_down_the_house():
    """String references could point upwards without an import."""
    floor = {
        room: number for number, layer in enumerate(CONTRACTS[0]["layers"]) for room in map(str.strip, layer.split("|"))
    }
    checked = 0
    for model in apps.get_models():
        if not model.__module__.startswith("collectief."):
            continue
        for field in model._meta.get_fields():
            target = getattr(field, "remote_field", None) and field.related_model
            if field.concrete and target and target.__module__.startswith("collectief."):
                checked += 1
                here, there = model.__module__.split(".")[1], target.__module__.split(".")[1]
                assert floor[there] >= floor[here], f"{model.__name__}.{field.name}"
    assert checked > 10


@pytest.mark.django_db
def test_every_change_of_a_model_has_its_migration():
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)


def test_no_code_compares_with_a_segment():
    """A segment is asked what it allows; its name is data (G12)."""
    for path in _modules():
        if path.is_relative_to(SOURCE / "segments") or path.is_relative_to(SOURCE / "demo"):
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Compare | ast.MatchValue):
                names = {n.value for n in ast.walk(node) if isinstance(n, ast.Constant) and isinstance(n.value, str)}
                assert not names & set(PROFILES), f"{path}:{node.lineno}: ask the profile what it allows, not its name"


def test_nothing_but_the_catalogue_may_use_a_segment():
    """A segment that is not among the protected modules of pyproject.toml may be imported from anywhere."""
    [contract] = [one for one in CONTRACTS if one["id"] == "segments"]
    assert set(contract["protected_modules"]) == {module.__name__ for module in MODULES}, (
        "name every segment under protected_modules in pyproject.toml"
    )


def test_no_module_is_a_drawer_for_everything():
    drawers = {"utils", "helpers", "manager", "managers", "service", "services", "common", "misc"}
    assert not [path for path in SOURCE.rglob("*") if path.stem in drawers], "name it for what it does"


def test_no_module_has_four_hundred_lines():
    long = [str(path) for path in _modules() if len(path.read_text().splitlines()) >= 400]
    assert not long, f"part these by purpose: {long}"


def _patterns(resolver) -> list[URLPattern]:
    found = []
    for pattern in resolver.url_patterns:
        found += [pattern] if isinstance(pattern, URLPattern) else _patterns(pattern)
    return found


def test_every_address_says_who_may_open_it():
    public, signed_in = set(), set()
    for pattern in _patterns(get_resolver()):
        view = pattern.callback
        if getattr(view, "public", False):
            public.add(pattern.name)
        elif getattr(view, "signed_in", False):
            signed_in.add(pattern.name)
        else:
            assert isinstance(getattr(view, "permission", None), Permission), (
                f"{pattern.name}: put @page(permission), @signed_in or @public of web/page.py on its view"
            )
    # Who opens a page to everyone, or to every role, says so here too.
    assert public == {
        "alive", "ready", "metrics", "home", "sign_in", "sign_in_begin", "sign_in_complete", "sign_out", "language",
        "invitation", "sign_in_password", "sign_in_passkey", "second_step", "second_step_sms", "second_step_passkey",
        "link_authenticator", "link_telephone", "link_passkey", "link_later", "recovery_code", "forgotten_password",
        "new_password", "confirm_address", "stop_reset_by_link",
        "apply", "applied", "choose_organisation", "eherkenning_metadata", "eherkenning_catalogue",
        "single_sign_on", "single_sign_on_complete", "check_document",
    }  # fmt: skip
    assert signed_in == {
        "ask_roles", "take_back_roles", "leave", "stay_after_all", "choose_mail",
        "stay", "my_account", "end_sessions", "own_sign_in", "prove_again", "change_password", "change_address",
        "on_behalf", "own_app", "own_telephone", "own_passkey", "link_identity", "remove_factor", "new_recovery_codes",
    }  # fmt: skip


def test_every_template_is_used():
    folder = SOURCE / "web" / "templates"
    text = "".join(path.read_text() for path in [*SOURCE.rglob("*.py"), *folder.rglob("*.html")])
    # The error pages are named by a pattern in web.errors.
    named = text + "".join(f'"errors/{name}.html"' for name in ("400", "403", "404", "413"))
    unused = [str(p.relative_to(folder)) for p in folder.rglob("*.html") if str(p.relative_to(folder)) not in named]
    assert not unused, f"no code and no other template names these: {unused}"


def test_every_class_of_ours_has_a_rule():
    templates = [*(SOURCE / "web" / "templates").rglob("*.html"), *(SOURCE / "web" / "templatetags").glob("*.py")]
    used = {name for path in templates for name in re.findall(r"\bc-[a-z][a-z0-9-]*", path.read_text())}
    rules = set(re.findall(r"\.(c-[a-z][a-z0-9-]*)", (SOURCE / "web/static/collectief/collectief.css").read_text()))
    assert len(rules) > 20
    assert not used - rules, f"give these a rule in collectief.css, or use one that is there: {sorted(used - rules)}"


def test_english_is_complete():
    fresh = runpy.run_path("scripts/messages")["gathered"]()
    with (SOURCE / "locale/en/LC_MESSAGES/django.po").open("rb") as stream:
        kept = read_po(stream, locale="en")

    def complete(message) -> bool:
        found = kept.get(message.id)
        strings = found.string if found else ()
        return bool(found) and all(strings if isinstance(strings, list | tuple) else [strings])

    missing = [message.id for message in fresh if message.id and not complete(message)]
    assert not missing, f"run `make messages`, translate in locale/en/LC_MESSAGES/django.po, run it again: {missing}"
    # Placeholders must survive: a lost one would hide what the sentence is about.
    for message in kept:
        if message.id and message.python_format:
            assert list(message.check()) == []


@pytest.mark.parametrize(
    ("script", "make", "page"),
    [
        ("state-table", "table", "state"),
        ("mutation-diagram", "page", "mutations"),
        ("permission-matrix", "page", "reference/permissions"),
        ("asvs-table", "page", "asvs"),
    ],
)
def test_the_docs_are_fresh(script, make, page):
    assert Path(f"docs/{page}.md").read_text() == runpy.run_path(f"scripts/{script}")[make](), (
        "run `make docs` and commit what it wrote"
    )


def test_a_mark_without_a_promise_stops_the_state_table():
    rows = runpy.run_path("scripts/state-table")["rows"]
    promises = {"titles": {"U01": "Sign in", "U02": "Roles", "U03": "News"}, "partial": {"U02": "one of two"}}
    assert rows(promises, {"U01", "U02"}) == [
        "| U01 | Sign in | done |  |", "| U02 | Roles | partial | one of two |", "| U03 | News | not yet |  |",
    ]  # fmt: skip
    with pytest.raises(SystemExit, match=r"no title of U04$"):
        rows(promises, {"U01", "U04"})
    with pytest.raises(SystemExit, match=r"no title of U05$"):
        rows(promises | {"partial": {"U05": "all"}}, set())


def test_every_requirement_of_asvs_has_a_line_and_every_test_it_names_is_there():
    chapters = runpy.run_path("scripts/asvs-table")["chapters"]()
    lines = {id_: line for chapter in chapters.values() for id_, line in chapter.items() if id_ != "title"}
    # How many requirements of levels 1 and 2 these chapters of ASVS 5.0.0 have.
    counted = Counter(id_.partition(".")[0] for id_ in lines)
    assert counted == {"6": 35, "7": 18, "8": 7, "11": 14, "16": 16}
    tests = {
        name
        for path in Path("tests").rglob("test_*.py")
        for name in re.findall(r"^def (test_\w+)", path.read_text(), re.MULTILINE)
    }
    named = {name for line in lines.values() for name in line.get("test", ())}
    assert named <= tests, named - tests
    # A test that can fail, or the reason why there is nothing to prove.
    assert [id_ for id_, line in lines.items() if bool(line.get("test")) == bool(line.get("na"))] == []
    assert all(line.keys() <= {"asks", "test", "na", "note"} for line in lines.values())


@pytest.mark.django_db
def test_the_applications_login_may_read_nothing_by_itself():
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT session_user, rolsuper, rolbypassrls, rolinherit FROM pg_roles WHERE rolname = session_user"
        )
        assert cursor.fetchone() == ("collectief_app", False, False, False)
        cursor.execute(
            "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'"
            " AND has_table_privilege(oid, 'SELECT') AND relname NOT LIKE 'procrastinate%'"
        )
        assert {name for (name,) in cursor.fetchall()} == {"django_migrations", "sealing_key"}


# What is not an organisation's own by its number: itself, and what its insurer sells to everyone.
_OWN = {
    "organisation": "id",
    "product": "insurer_id",
    "product_tariff": "insurer_id",
    "news": "insurer_id",
    "label_code": "insurer_id",
    "relationship_manager": "id",
}


@pytest.mark.django_db
def test_every_table_with_people_is_under_forced_row_security_with_the_equality_policy():
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.relname, c.relrowsecurity, c.relforcerowsecurity FROM pg_class c"
            " JOIN pg_attribute a ON a.attrelid = c.oid"
            " WHERE a.attname = 'organisation_id' AND c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace"
        )
        tables = cursor.fetchall()
        assert {"participant", "participation", "mutation", "batch", "batch_chunk", "audit_event"} <= {
            t for t, *_ in tables
        }
        assert all(enabled and forced for _table, enabled, forced in tables), tables
        own = "FROM pg_policies WHERE %s = ANY (roles) AND permissive ="
        # What only takes away is no way in: that something is for one account (G14, X11).
        cursor.execute(f"SELECT tablename, policyname, cmd {own} 'RESTRICTIVE'", [Audience.ORGANISATION])
        assert set(cursor.fetchall()) == {
            ("message", "to_whom", "SELECT"), ("export_plan", "of_account", "ALL"),
            ("export_file", "of_account", "ALL"),
        }  # fmt: skip
        cursor.execute(f"SELECT tablename, qual {own} 'PERMISSIVE'", [Audience.ORGANISATION])
        for table, rule in cursor.fetchall():
            column = _OWN.get(table, "organisation_id")
            assert rule.startswith(f"({column} = ( SELECT "), (table, rule)
            assert " OR " not in rule and "ANY" not in rule
        cursor.execute(
            "SELECT count(*) FROM pg_roles WHERE rolname LIKE 'c\\_%' AND (rolbypassrls OR rolsuper OR rolcanlogin)"
        )
        assert cursor.fetchone()[0] == 0
        for role in Audience:
            cursor.execute("SELECT has_table_privilege(%s, 'person', 'SELECT, INSERT, UPDATE, DELETE')", [role])
            assert cursor.fetchone()[0] is False, role


@pytest.mark.django_db
def test_the_trail_can_only_be_added_to():
    with opened(agency().scope), connection.cursor() as cursor:
        cursor.execute(
            "SELECT has_table_privilege('audit_event', 'UPDATE'), has_table_privilege('audit_event', 'DELETE')"
        )
        assert cursor.fetchone() == (False, False)

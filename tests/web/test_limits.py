"""What is refused before anything is done with it: bodies too large, and what machines ask on a portal's host."""

from __future__ import annotations

import pytest
from django.conf import settings
from django.test import Client
from django.urls import resolve, reverse

from collectief.bulk.sheets.reading import Limits
from collectief.web.middleware import WITHOUT_TRANSACTION
from tests.web.visiting import stranger, text_of

MB = 1024 * 1024


class Unread:
    """A body that must not be read."""

    def read(self, *args: int) -> bytes:
        raise AssertionError("the body was read")

    readline = read


def _post(client: Client, path: str, length: int):
    return client.generic(
        "POST", path, b"", content_type="multipart/form-data; boundary=x",
        CONTENT_LENGTH=str(length), **{"wsgi.input": Unread()},
    )  # fmt: skip


@pytest.mark.feature("U21")
@pytest.mark.parametrize("length", [26 * MB, 200 * MB, 10**15])
def test_a_file_that_is_too_large_is_refused_before_it_is_read(anna, length):
    response = _post(anna, "/uploads/", length)
    assert response.status_code == 413
    assert "Een bestand mag hooguit 25 MB zijn." in text_of(response)


@pytest.mark.feature("U21")
def test_the_largest_file_that_is_taken_fits_with_its_form():
    assert resolve("/uploads/").func.longest_body > Limits().file_bytes


@pytest.mark.parametrize("path", ["/deelnemers/nieuw/", "/uitloggen/", "/taal/", "/uploads/1/verwerken/"])
def test_a_page_without_a_file_takes_no_more_than_a_form(anna, path):
    assert _post(anna, path, settings.DATA_UPLOAD_MAX_MEMORY_SIZE + 1).status_code == 413


def test_who_is_not_signed_in_sends_no_file(db):
    response = _post(stranger(), "/uploads/", 20 * MB)
    assert (response.status_code, response.headers["Location"]) == (302, "/inloggen/?niet-verstuurd=")


@pytest.mark.parametrize("host", ["mijnzz.localhost", "voorbeeld.localhost", "MIJNZZ.localhost:8000"])
def test_counters_are_not_on_a_portals_host(db, host):
    assert Client(headers={"host": host}).get("/metrics").status_code == 404


def test_counters_are_where_machines_ask():
    response = Client(headers={"host": "127.0.0.1"}).get("/metrics")
    assert response.status_code == 200
    assert "python_info" in text_of(response)


def test_what_waits_for_another_site_is_what_holds_no_transaction():
    waits = ("sign_in_begin", "sign_in_complete", "single_sign_on", "single_sign_on_complete")
    assert set(WITHOUT_TRANSACTION) == {reverse(name) for name in waits}

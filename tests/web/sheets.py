"""What a workbook that can be downloaded says."""

from __future__ import annotations

import io

import openpyxl

from tests.web.visiting import client_of


def taken(scope, address: str, **asked: str) -> bytes:
    response = client_of(scope).get(address, asked)
    assert response.status_code == 200
    return b"".join(response.streaming_content)


def rows_of(scope, address: str, **asked: str) -> list[dict]:
    heads, *rows = openpyxl.load_workbook(io.BytesIO(taken(scope, address, **asked))).active.values
    return [dict(zip(heads, row, strict=True)) for row in rows]

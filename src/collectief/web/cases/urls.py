"""Addresses of the work queue."""

from __future__ import annotations

from django.urls import path

from . import queue, work

urlpatterns = [
    path("zaken/", queue.cases, name="cases"),
    path("zaken/beslist/", queue.decided, name="decided_cases"),
    path("zaken/<int:case_id>/", work.case, name="case"),
    path("zaken/<int:case_id>/nemen/", work.take, name="take_case"),
    path("zaken/<int:case_id>/teruggeven/", work.give_back, name="give_back_case"),
    path("zaken/<int:case_id>/notitie/", work.note, name="note_case"),
    path("zaken/<int:case_id>/beslissen/", work.decide, name="decide_case"),
]

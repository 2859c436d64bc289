"""Where everything stands: Dutch paths, as the people who use them speak."""

from __future__ import annotations

from django.urls import include, path

urlpatterns = [path("", include("collectief.web.urls"))]

handler400 = "collectief.web.errors.bad_request"
handler403 = "collectief.web.errors.not_allowed"
handler404 = "collectief.web.errors.not_found"
handler500 = "collectief.web.errors.server_error"

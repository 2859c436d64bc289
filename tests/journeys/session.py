"""Open a session of somebody at a portal of a running installation, and print its cookie.

For journeys that are not about signing in: `python -m tests.journeys.session kantoor sanne@kantoor.example`.
"""

from __future__ import annotations

import os
import sys

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "collectief.config.settings")


def main(portal: str, email: str) -> None:
    django.setup()
    from django.conf import settings
    from django.utils import timezone
    from django.utils.module_loading import import_string

    from collectief.access import sessions
    from collectief.access.models import Membership
    from collectief.brands.catalogue import brand
    from collectief.foundation.assurance import AssuranceLevel
    from collectief.scope.database import office, signing_in

    at = brand(portal)
    with office():
        members = Membership.objects.filter(account__email=email, organisation__insurer__slug=at.insurer)
        membership = members.get(organisation__segment__in=at.segments)
    with signing_in():
        session = import_string(f"{settings.SESSION_ENGINE}.SessionStore")()
        sessions.open_session(session, at, membership, AssuranceLevel.EH3, now=timezone.now())
        session.save()
    sys.stdout.write(f"{settings.SESSION_COOKIE_NAME}={session.session_key}\n")


if __name__ == "__main__":
    main(*sys.argv[1:])

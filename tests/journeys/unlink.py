"""Make people's second factors as new, so that each journey begins there; what the help desk takes a day for.

`python -m tests.journeys.unlink izz tom@delinde.example`, and further portals and addresses.
"""

from __future__ import annotations

import os
import sys
from itertools import batched

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "collectief.config.settings")


def main(*named: str) -> None:
    django.setup()

    from collectief.access.factors import unlink_everything
    from collectief.access.password_sign_in import members_at
    from collectief.brands.catalogue import brand
    from collectief.scope.database import signing_in

    with signing_in():
        for portal, email in batched(named, 2, strict=True):
            unlink_everything(members_at(brand(portal), email)[0].account_id)


if __name__ == "__main__":
    main(*sys.argv[1:])

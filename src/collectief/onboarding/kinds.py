"""The kinds of cases that customers' own requests become."""

from __future__ import annotations

from .kind_application import APPLICATIONS
from .kind_change import CHANGES
from .kind_leaving import LEAVING
from .kind_link import LINKS
from .kind_roles import ROLE_REQUESTS

KINDS = (APPLICATIONS, LINKS, LEAVING, CHANGES, ROLE_REQUESTS)

"""Django made ready, for a command that needs more than its own options."""

from __future__ import annotations

import os


def set_up() -> None:
    """Read the settings and load the rooms. Raises NotConfigured for an installation that was not told enough."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "collectief.config.settings")
    import django

    django.setup()

"""The command line."""

from __future__ import annotations

import os


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "collectief.config.settings")
    from django.core.management import execute_from_command_line

    execute_from_command_line()

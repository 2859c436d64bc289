"""The job queue's app, told where to find jobs and what to do with ones that stall."""

from __future__ import annotations

from procrastinate import App


def on_app_ready(app: App) -> None:
    """Called by procrastinate's Django integration once every app is loaded."""

"""The demo's own identity provider of an insurer: who of the cast has a werkaccount, and how the office reaches it."""

from __future__ import annotations

from pathlib import Path

from .cast import KANTOOR, ROLES

# Who has a werkaccount and a place at the office, and what the provider calls them.
LINKED = {"joris@kantoor.example": "w-1001", "nadia@kantoor.example": "w-1002", "greet@kantoor.example": "w-1003"}
# Who has one and no place yet: to be invited by Wil.
_NEWCOMER = {"subject": "w-1099", "name": "Yara Smit", "does": "nog geen toegang tot het kantoor"}


def office_staff() -> list[dict[str, str]]:
    """Who the simulator lets one be."""
    known = [
        {"subject": LINKED[one.email], "name": one.name, "does": ", ".join(ROLES[role] for role in one.roles)}
        for one in KANTOOR.colleagues
        if one.email in LINKED
    ]
    return [*known, _NEWCOMER]


def connect_office(folder: Path, provider_address: str) -> Path:
    """The file for SINGLE_SIGN_ON_CONNECTIONS, in `folder`: the demo's office and its simulator."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    (folder / "secret").write_text("demo-secret")
    file = folder / "connections.toml"
    file.write_text(
        f"""[{KANTOOR.portal}]
issuer = "{provider_address}"
client_id = "collectief"
client_secret_file = "secret"
amr = ["mfa"]
"""
    )
    return file

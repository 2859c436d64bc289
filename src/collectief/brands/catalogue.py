"""The brands of this installation, read once from `<slug>/brand.toml` and checked (K07)."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from .brand import Brand, BrandError, Desk, read_brand

__all__ = ["Brand", "BrandError", "Desk", "all_brands", "brand", "brand_for_host", "read_catalogue"]

FOLDER = Path(__file__).resolve().parent


def read_catalogue(folder: Path) -> dict[str, Brand]:
    """Every brand under `folder`, by slug. Raises BrandError: a wrong file, a host that two brands claim, an insurer
    that two call otherwise."""
    brands = [read_brand(file.parent) for file in sorted(folder.glob("*/brand.toml"))]
    owner: dict[str, str] = {}
    called: dict[str, Brand] = {}
    for found in brands:
        other = called.setdefault(found.insurer, found)
        if other.insurer_name != found.insurer_name:
            raise BrandError(
                f"{found.slug}/brand.toml: insurer {found.insurer} is {other.insurer_name} in {other.slug}/brand.toml"
            )
        for host in found.hosts:
            if host in owner:
                raise BrandError(f"{found.slug}/brand.toml: host {host} is already of {owner[host]}")
            owner[host] = found.slug
    return {found.slug: found for found in brands}


@cache
def _catalogue() -> dict[str, Brand]:
    return read_catalogue(FOLDER)


@cache
def _hosts() -> dict[str, Brand]:
    return {host: found for found in _catalogue().values() for host in found.hosts}


def brand(slug: str) -> Brand:
    """The brand with this slug. Raises KeyError when there is none."""
    return _catalogue()[slug]


def all_brands() -> tuple[Brand, ...]:
    """Every brand, by slug."""
    return tuple(_catalogue().values())


def brand_for_host(host: str) -> Brand | None:
    """The portal that a request's Host header names (a port is ignored); None for a host that is nobody's."""
    name, colon, port = host.rpartition(":")
    bare = name if colon and port.isdigit() else host
    return _hosts().get(bare.lower().rstrip("."))

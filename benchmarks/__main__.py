"""`python -m benchmarks [NAME ...]`: run benchmarks and print one JSON line for each measurement."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator

from . import report


def _upload() -> Iterator[report.Line]:
    from . import upload

    return upload.every_upload()


def _upload_peer() -> Iterator[report.Line]:
    from . import peer

    return peer.beside_import_export()


def _search() -> Iterator[report.Line]:
    from . import search

    return search.lists()


def _contracts() -> Iterator[report.Line]:
    from . import contracts

    return contracts.some_contracts()


def _list_page() -> Iterator[report.Line]:
    from . import list_page

    return list_page.whole_page()


def _letters() -> Iterator[report.Line]:
    from . import letters

    return letters.policy_schedules()


def _renewal() -> Iterator[report.Line]:
    from . import renewal

    return renewal.renewals()


def _flow_list() -> Iterator[report.Line]:
    from . import flow_list

    return flow_list.flow_lists()


def _excel_list() -> Iterator[report.Line]:
    from . import excel_list

    return excel_list.excel_lists()


BENCHES: dict[str, Callable[[], Iterator[report.Line]]] = {
    "upload": _upload,
    "upload-peer": _upload_peer,
    "search": _search,
    "contracts": _contracts,
    "list-page": _list_page,
    "letters": _letters,
    "renewal": _renewal,
    "flow-list": _flow_list,
    "excel-list": _excel_list,
}


def main() -> None:
    """Run the benchmarks named, or all."""
    os.environ.setdefault("COLLECTIEF_STATE", ".data/bench")
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "collectief.config.settings")
    names = sys.argv[1:] or list(BENCHES)
    unknown = set(names) - set(BENCHES)
    if unknown:
        sys.exit(f"unknown benchmark {', '.join(sorted(unknown))}; there are {', '.join(BENCHES)}")
    for name in names:
        for line in BENCHES[name]():
            sys.stdout.write(line.json() + "\n")
            sys.stdout.flush()


if __name__ == "__main__":
    main()

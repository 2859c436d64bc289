"""What a program can tell of a PDF that should be readable for everyone (PDF/UA-1, ISO 14289-1; PDF/A-2a).

The layout is set by a program that says it keeps these standards; this looks for itself, with another reader. The
numbers are conditions of the Matterhorn Protocol 1.1. What a person must judge, such as whether a heading is one, is
not in here.
"""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

from pypdf import PageObject, PdfReader
from pypdf.generic import BooleanObject, ContentStream

# The structure types of ISO 32000-1, 14.8.4 that a letter can have.
_STANDARD = frozenset(
    {
        "/Document", "/Part", "/Sect", "/Div", "/P", "/H1", "/H2", "/H3", "/L", "/LI", "/Lbl", "/LBody", "/Table",
        "/TR", "/TH", "/TD", "/THead", "/TBody", "/TFoot", "/Caption", "/Span", "/Strong", "/Em", "/Link", "/Figure",
        "/NonStruct",
    }
)  # fmt: skip
_PAINTS = frozenset(
    {"S", "s", "f", "F", "f*", "B", "B*", "b", "b*", "sh", "Do", "Tj", "TJ", "'", '"', "INLINE IMAGE"}
)  # fmt: skip
_ROWS_IN = frozenset({"/Table", "/THead", "/TBody", "/TFoot"})


def faults(pdf: bytes, language: str) -> list[str]:
    """What is against the standards, each with the number of its condition; nothing for a good one in `language`."""
    read = PdfReader(io.BytesIO(pdf))
    root = read.trailer["/Root"]
    found = [*_said_of_itself(read, root, language)]
    if "/StructTreeRoot" not in root:
        return [*found, "01-005 there is no structure"]
    nodes = list(_nodes(root["/StructTreeRoot"], root["/StructTreeRoot"].get("/RoleMap", {})))
    found += _structure(nodes)
    for number, page in enumerate(read.pages, 1):
        found += [f"page {number}: {one}" for one in (*_content(page, read, nodes), *_fonts(page))]
    return found


def _said_of_itself(read: PdfReader, root: Any, language: str) -> Iterator[str]:
    if read.is_encrypted:
        yield "26-001 it is encrypted"
    if not _yes(root, "/MarkInfo", "/Marked"):
        yield "06-001 it does not say that it is tagged"
    if _yes(root, "/MarkInfo", "/Suspects"):
        yield "02-001 its tags are suspect"
    if root.get("/Lang") != language:
        yield f"11-006 its language is {root.get('/Lang')}"
    if not _yes(root, "/ViewerPreferences", "/DisplayDocTitle"):
        yield "07-001 a reader shows the name of the file instead of the title"
    if not (read.metadata and read.metadata.title):
        yield "06-003 it has no title"
    said = root["/Metadata"].get_data().decode() if "/Metadata" in root else ""
    for name, mark in {
        "06-002 PDF/UA-1": "<pdfuaid:part>1</pdfuaid:part>", "06-003 a title": "<dc:title>",
        "PDF/A-2": "<pdfaid:part>2</pdfaid:part>", "level A": "<pdfaid:conformance>A</pdfaid:conformance>",
    }.items():  # fmt: skip
        if mark not in said:
            yield f"its metadata do not say {name}"
    for unwanted in ("/OpenAction", "/AA", "/AcroForm"):
        if unwanted in root:
            yield f"it has {unwanted}"


def _yes(root: Any, where: str, name: str) -> bool:
    # An object of pypdf is true for Python, also the one for false.
    return bool(root.get(where, {}).get(name) == BooleanObject(True))


def _nodes(node: Any, roles: Any, above: tuple[str, ...] = ()) -> Iterator[tuple[str, Any, tuple[str, ...], list[int]]]:
    """Every element: its type, itself, the types above it, and the numbers of the content that is its own."""
    kind = roles.get(node.get("/S"), node.get("/S"))
    own: list[int] = []
    children = []
    for child in _kids(node):
        if isinstance(child, int):
            own.append(int(child))
        elif child.get("/Type") == "/MCR":
            own.append(int(child["/MCID"]))
        else:
            children.append(child)
    if kind is not None:
        yield kind, node, above, own
    for child in children:
        yield from _nodes(child, roles, (*above, kind) if kind is not None else above)


def _kids(node: Any) -> list[Any]:
    kids = node.get("/K", [])
    kids = kids.get_object() if hasattr(kids, "get_object") else kids
    return [kid.get_object() for kid in (kids if isinstance(kids, list) else [kids])]


def _structure(nodes: list[tuple[str, Any, tuple[str, ...], list[int]]]) -> Iterator[str]:
    kinds = [kind for kind, *_ in nodes]
    yield from (f"02-001 {kind} is no structure type" for kind in sorted(set(kinds) - _STANDARD))
    headings = [int(kind[2:]) for kind in kinds if kind.startswith("/H") and kind[2:].isdigit()]
    if headings[:1] != [1]:
        yield "14-002 the first heading is not one of the first level"
    if any(after > before + 1 for before, after in pairwise(headings)):
        yield "14-003 a level of headings is left out"
    for kind, node, above, _ in nodes:
        if kind == "/Figure" and not (node.get("/Alt") or node.get("/ActualText")):
            yield "13-004 a figure says nothing to who does not see it"
        if kind == "/TR" and above[-1] not in _ROWS_IN:
            yield "09-004 a row stands in no table"
        if kind in ("/TH", "/TD") and above[-1] != "/TR":
            yield "09-004 a cell stands in no row"
        if kind == "/TH" and not _scope(node):
            yield "15-003 a header cell does not say of what"
        if kind == "/Table":
            yield from _table(node)
        if "/Lang" in node and node["/Lang"] not in ("nl", "en"):
            yield f"11-007 {node['/Lang']} is no language of ours"


def _scope(node: Any) -> bool:
    given = node.get("/A", [])
    return any("/Scope" in one.get_object() for one in (given if isinstance(given, list) else [given]))


def _table(node: Any) -> Iterator[str]:
    rows = [row for part in _kids(node) for row in ([part] if part.get("/S") == "/TR" else _kids(part))]
    if len({len(_kids(row)) for row in rows}) != 1:
        yield "15-005 the rows of a table are not of one length"
    if not rows or any(cell["/S"] != "/TH" for cell in _kids(rows[0])):
        yield "15-003 a table has no header row"


def _content(
    page: PageObject, read: PdfReader, nodes: list[tuple[str, Any, tuple[str, ...], list[int]]]
) -> Iterator[str]:
    """Everything painted belongs to an element, once, or is said to be of no meaning."""
    numbers: list[int] = []
    inside: list[str] = []
    for operands, operator in ContentStream(page.get_contents(), read).operations:
        name = operator.decode()
        if name in ("BMC", "BDC"):
            more = operands[1] if name == "BDC" else {}
            if operands[0] == "/Artifact":
                inside.append("artifact")
            elif "/MCID" in more:
                numbers.append(int(more["/MCID"]))
                inside.append("tagged")
            else:
                inside.append("")
        elif name == "EMC":
            inside.pop()
        elif name in _PAINTS and not any(inside):
            yield f"01-005 {name} paints what is neither tagged nor of no meaning"
        if "artifact" in inside and "tagged" in inside:
            yield "01-004 something is both tagged and of no meaning"
    here = Counter(
        number for _kind, node, _above, own in nodes for number in own if node["/Pg"].get_object() == page.get_object()
    )
    if here != Counter(numbers):
        yield "01-005 what is painted and what is in the structure differ"
    if page.get("/Annots") and page.get("/Tabs") != "/S":
        yield "28-009 its links are not walked in the order of the structure"


def _fonts(page: PageObject) -> Iterator[str]:
    for name, given in page["/Resources"].get("/Font", {}).items():
        font = given.get_object()
        inner = font["/DescendantFonts"][0].get_object() if "/DescendantFonts" in font else font
        if not {"/FontFile", "/FontFile2", "/FontFile3"} & set(inner.get("/FontDescriptor", {})):
            yield f"31-009 font {name} is not in the file"
        if "/ToUnicode" not in font:
            yield f"31-027 what font {name} paints cannot be read"
    if {"\x00", "\ufeff", "\ufffe", "\ufffd"} & set(page.extract_text()):
        yield "10-001 a letter is painted that cannot be read"

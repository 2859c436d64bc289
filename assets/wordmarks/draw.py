"""Draws each brand's wordmark and icon: its name as outlines of Noto Sans beside a mark of our own.

Outlines, because an SVG shown as an image has no access to the page's fonts. Run from the repository's root:

    uv run --no-project --with fonttools assets/wordmarks/draw.py FOLDER_WITH_NOTO_WOFF
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path

from fontTools.pens.svgPathPen import SVGPathPen
from fontTools.pens.transformPen import TransformPen
from fontTools.ttLib import TTFont

BRANDS = Path("src/collectief/brands")
HEIGHT = 40
BASELINE = 27
SIZE = 21


@dataclass(frozen=True)
class Drawing:
    """A brand's mark (SVG elements on a 40 by 40 field; {ink} and {paper} are its two colours) and its words."""

    slug: str
    title: str
    words: tuple[tuple[str, int], ...]
    mark: str
    colour: str


DRAWINGS = (
    Drawing(
        "mijnzz",
        "MijnZZ Zakelijk",
        (("MijnZZ", 700), (" Zakelijk", 400)),
        '<rect x="4" y="4" width="32" height="32" rx="8" fill="{ink}"/>'
        '<path d="M11 13h9l-7 14h9M20 13h9l-7 14h9" fill="none" stroke="{paper}" stroke-width="3" '
        'stroke-linecap="round" stroke-linejoin="round"/>',
        "#0b3d2e",
    ),
    Drawing(
        "voorbeeld",
        "Mijn Voorbeeld Zakelijk",
        (("Mijn Voorbeeld", 700), (" Zakelijk", 400)),
        '<circle cx="20" cy="20" r="16" fill="{ink}"/>'
        '<path d="M12.5 14.5 20 27.5 27.5 14.5" fill="none" stroke="{paper}" stroke-width="3.5" '
        'stroke-linecap="round" stroke-linejoin="round"/>',
        "#4a2170",
    ),
    Drawing(
        "izz",
        "IZZ Zakelijk",
        (("IZZ", 700), (" Zakelijk", 400)),
        '<rect x="4" y="4" width="32" height="32" rx="8" fill="{ink}"/>'
        '<path d="M20 29V17M20 12.5v-1" fill="none" stroke="{paper}" stroke-width="4" stroke-linecap="round"/>',
        "#0f345f",
    ),
    Drawing(
        "bedrijfszorg",
        "Mijn Bedrijfszorg",
        (("Mijn Bedrijfszorg", 700),),
        '<path d="M20 4 35 12v10c0 8-7 12-15 14C12 34 5 30 5 22V12Z" fill="{ink}"/>'
        '<path d="M20 14v13M13.5 20.5h13" fill="none" stroke="{paper}" stroke-width="3.5" stroke-linecap="round"/>',
        "#7a1f3d",
    ),
    Drawing(
        "ondersteuners",
        "Portaal voor Ondersteuners",
        (("Portaal", 700), (" voor Ondersteuners", 400)),
        '<rect x="4" y="4" width="32" height="32" rx="16" fill="{ink}"/>'
        '<path d="M12 24c3 4 13 4 16 0M20 12v10M15 17l5-5 5 5" fill="none" stroke="{paper}" stroke-width="3" '
        'stroke-linecap="round" stroke-linejoin="round"/>',
        "#0b4a6f",
    ),
    Drawing(
        "kantoor",
        "Kantoor",
        (("Kantoor", 700),),
        '<rect x="4" y="4" width="32" height="32" rx="8" fill="{ink}"/>'
        '<path d="M12 29V13h16v16M12 21h16" fill="none" stroke="{paper}" stroke-width="4" stroke-linecap="round" '
        'stroke-linejoin="round"/>',
        "#3b3f4a",
    ),
    Drawing(
        "kantoor-izz",
        "Kantoor IZZ",
        (("Kantoor IZZ", 700),),
        '<rect x="4" y="4" width="32" height="32" rx="8" fill="{ink}"/>'
        '<path d="M12 29V13h16v16M12 21h16" fill="none" stroke="{paper}" stroke-width="4" stroke-linecap="round" '
        'stroke-linejoin="round"/>',
        "#3b3f4a",
    ),
)


def outline(words: tuple[tuple[str, int], ...], left: float, fonts: dict[int, TTFont]) -> tuple[str, float]:
    """The words as one SVG path starting at `left`, and where it ends."""
    pieces = []
    for text, weight in words:
        font = fonts[weight]
        glyphs, names = font.getGlyphSet(), font.getBestCmap()
        scale = SIZE / font["head"].unitsPerEm
        for letter in text:
            glyph = glyphs[names[ord(letter)]]
            pen = SVGPathPen(glyphs, ntos=lambda number: f"{number:.2f}".rstrip("0").rstrip("."))
            glyph.draw(TransformPen(pen, (scale, 0, 0, -scale, left, BASELINE)))
            pieces.append(pen.getCommands())
            left += glyph.width * scale
    return "".join(pieces), left


def main(fonts_folder: Path) -> None:
    fonts = {weight: TTFont(fonts_folder / f"noto-sans-latin-{weight}-normal.woff") for weight in (400, 700)}
    for drawing in DRAWINGS:
        folder = BRANDS / drawing.slug
        path, end = outline(drawing.words, HEIGHT + 6, fonts)
        width = round(end + 2)
        mark = drawing.mark.format(ink="#fff", paper=drawing.colour)
        (folder / "wordmark.svg").write_text(
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {HEIGHT}" width="{width}" '
            f'height="{HEIGHT}" role="img"><title>{drawing.title}</title>{mark}<path fill="#fff" d="{path}"/></svg>\n'
        )
        icon = drawing.mark.format(ink=drawing.colour, paper="#fff")
        (folder / "icon.svg").write_text(f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 40 40">{icon}</svg>\n')


if __name__ == "__main__":
    main(Path(sys.argv[1]))

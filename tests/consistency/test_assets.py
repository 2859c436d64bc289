"""What a browser gets of a brand can be made anew from its source: a look and drawings without one stay as they are."""

from __future__ import annotations

import json
import re
from pathlib import Path

from collectief.brands.catalogue import all_brands


def test_every_look_and_every_drawing_has_a_source():
    themes = set(json.loads(Path("assets/themes/designsystemet.config.json").read_text())["themes"])
    assert {one.look_of or one.slug for one in all_brands()} <= themes, "add a theme to designsystemet.config.json"
    drawn = set(re.findall(r'Drawing\(\s*"([\w-]+)"', Path("assets/wordmarks/draw.py").read_text()))
    assert {one.slug for one in all_brands()} <= drawn, "add a drawing to assets/wordmarks/draw.py"

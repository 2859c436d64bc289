"""Pages of simulators of signing in: plain, accessible, and not to be taken for the real thing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

STYLE = """
*{box-sizing:border-box}
body{margin:0;font:1.0625rem/1.5 system-ui,sans-serif;color:#1b1b1b;background:#f4f1f7}
header{background:#4b2a63;color:#fff;padding:1rem}
header p,main,footer{max-width:44rem;margin:0 auto}
header p{font-weight:700;font-size:1.25rem}
main{background:#fff;padding:1.5rem;margin-top:1.5rem;border:1px solid #8a7a96;border-radius:.5rem}
h1{margin-top:0;line-height:1.25}
fieldset{border:1px solid #6b6b6b;border-radius:.25rem;margin:0 0 1.5rem;padding:.5rem 1rem 1rem}
legend{font-weight:700;padding:0 .25rem}
.choice{display:flex;gap:.75rem;align-items:flex-start;padding:.375rem 0}
.choice input{width:1.25rem;height:1.25rem;margin:.2rem 0 0;flex:none}
.choice small{display:block;color:#4a4a4a;font-size:.9375rem}
button{font:inherit;font-weight:600;padding:.625rem 1.25rem;min-height:2.75rem;border-radius:.25rem;cursor:pointer;
border:2px solid #4b2a63;background:#4b2a63;color:#fff;margin:0 .75rem .5rem 0}
button.quiet{background:#fff;color:#4b2a63}
:focus-visible{outline:3px solid #b35900;outline-offset:2px}
.notice{border-left:.375rem solid #b35900;padding:.25rem 1rem;background:#fff6ec}
.wide{overflow-x:auto}
table{border-collapse:collapse}
caption{text-align:left;font-weight:700}
th,td{border-bottom:1px solid #8a7a96;padding:.25rem .75rem;text-align:left}
footer{padding:1rem;font-size:.9375rem}
"""


def shell(title: str, content: str, *, name: str, real: str) -> str:
    """A page of the simulator called `name`, which is not the `real` thing and says so."""
    return f"""<!doctype html>
<html lang="nl">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{escape(title)} - {escape(name)}</title>
<link rel="stylesheet" href="/style.css">
<link rel="icon" href="data:,">
</head>
<body>
<header><p>{escape(name)}</p></header>
<main>
<h1>{escape(title)}</h1>
{content}
</main>
<footer><p>Dit is {escape(real)}. Alleen voor demonstratie en test; niemand op deze pagina bestaat.</p></footer>
</body>
</html>"""


def choice(name: str, value: str, label: str, more: str, *, checked: bool) -> str:
    """One of several to choose from."""
    id_ = f"{name}-{value.replace('+', 'plus')}"
    small = f"<small>{escape(more)}</small>" if more else ""
    return (
        f'<div class="choice"><input type="radio" required id="{escape(id_)}" name="{name}" value="{escape(value)}"'
        f'{" checked" if checked else ""}><label for="{escape(id_)}">{escape(label)}{small}</label></div>'
    )


def received(state: Mapping[str, Any], columns: Sequence[tuple[str, str]]) -> str:
    """What the simulator received: the content of its postbus, with these columns of what it noted."""
    heads = "".join(f'<th scope="col">{escape(head)}</th>' for _, head in columns)
    rows = "".join(
        "<tr>" + "".join(f"<td>{escape(str(line.get(key, '')))}</td>" for key, _ in columns) + "</tr>"
        for line in state["last"]
    )
    counts = ", ".join(f"{what}: {count}" for what, count in state["counts"].items()) or "nog niets"
    return f"""<p>Ontvangen: {escape(counts)}.</p>
<p>Ingestelde storing: {escape(state["behaviour"]["fail"] or "geen")}.</p>
<div class="wide" role="region" aria-label="Laatste gebeurtenissen" tabindex="0"><table>
<caption>Laatste gebeurtenissen</caption>
<thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table></div>"""

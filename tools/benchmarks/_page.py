"""The page of ratios: a table a part, a mark a row on one logarithmic scale."""

import math
from pathlib import Path

from stillhouse.engine.evaluation.html import page_template

OCTAVES = 7  # drawn to either side of 1
WIDTH = 220
PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>Speed</title>
<style>
  :root { color-scheme: light dark; --ink: light-dark(#22272e, #d7dde4); --soft: light-dark(#4d5661, #9aa5b1);
    --line: light-dark(#e6e9ed, #30363d); --mark: light-dark(#1d6fa5, #6cb6ff); --paper: light-dark(#fff, #15191e); }
  body { font: 15px/1.5 system-ui, "Segoe UI", "DejaVu Sans", sans-serif; color: var(--ink); background: var(--paper);
    max-width: 1060px; margin: 2rem auto 4rem; padding: 0 1.25rem; }
  h1 { font-size: 1.7rem; margin: 0 0 .25rem; } h2 { font-size: 1.2rem; margin: 2.2rem 0 .4rem; }
  .lead, .note { color: var(--soft); } .note { font-size: .87rem; } .wide { overflow-x: auto; }
  table { border-collapse: collapse; font-size: .87rem; } th, td { padding: .3rem .6rem; border-bottom: 1px solid var(--line);
    text-align: left; } .number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
  svg { display: block; } .axis { stroke: var(--soft); stroke-dasharray: 2 2; } .span { stroke: var(--mark); stroke-width: 3;
    stroke-linecap: round; } .dot { fill: var(--mark); }
</style></head><body>
<h1>Speed</h1>
<p class="lead">CPU time as a multiple of that of the way named beside it, measured in turns in one process: below 1 is faster.
Medians, and quartiles of the pairs. The dashed line is 1; the scale is logarithmic.</p>
{% for name, part in parts.items() %}
<h2>{{ name }}</h2>
{% if part.error %}<p>Failed: {{ part.error }}</p>{% else %}
<div class="wide"><table><thead><tr>{% for head in heads(part) %}
<th{% if not loop.first %} class="number"{% endif %}>{{ head }}</th>
{% endfor %}</tr></thead><tbody>{% for row in part.rows %}<tr>{% for value in row.values() %}
<td{% if not loop.first and value is not string %} class="number"{% endif %}>{{ shown(value) }}</td>{% endfor %}
{% if "q1" in row %}<td>{% if row.pairs %}
<svg width="{{ width }}" height="14" role="img"
 aria-label="{{ shown(row.ratio) }}"><line class="axis" x1="{{ at(1) }}" x2="{{ at(1) }}" y1="0" y2="14"/><line class="span"
 x1="{{ at(row.q1) }}" x2="{{ at(row.q3) }}" y1="7" y2="7"/><circle class="dot" cx="{{ at(row.ratio) }}" cy="7" r="4"/></svg>
{% endif %}</td>{% endif %}</tr>{% endfor %}</tbody></table></div>
<p class="note">python tools/benchmark.py {{ name }} --ratios{{ " --quick" if part.quick }};
{{ part.machine }}; {{ part.measured }}.</p>
{% endif %}{% endfor %}
</body></html>
"""


def write_page(parts: dict[str, dict], out: Path) -> None:
    """Write the page.

    Args:
        parts: by name what ``_all.collect`` has found.
        out: the file.
    """
    page = page_template(PAGE, "test")
    out.write_text(page.render(parts=parts, heads=_heads, shown=shown, at=place, width=WIDTH), encoding="utf-8")


def place(ratio: float) -> float:
    """Where a ratio stands on the scale, in pixels from its left end; what lies beyond stands at the end."""
    octave = max(-OCTAVES, min(OCTAVES, math.log2(ratio)))
    return round(WIDTH * (octave / OCTAVES + 1) / 2, 1)


def shown(value: object) -> str:
    """A number in three digits, anything else as it is."""
    return f"{value:.3g}" if isinstance(value, float) else str(value)


def _heads(part: dict) -> list[str]:
    first = part["rows"][0]
    return [*first, ""] if "q1" in first else list(first)

"""The gallery's page: one HTML file that needs no other, light or dark as the reader's system is."""

from collections.abc import Sequence
from pathlib import Path

from stillhouse.datasets.replacing import write_whole
from stillhouse.engine.checkpoint import write_text
from stillhouse.engine.evaluation.html import data_uri, page_template

from .hanging import Hung
from .plan import DOMAINS

STYLE = """
  :root { color-scheme: light dark; --ground: #f6f5f1; --card: #fff; --ink: #22272e; --soft: #5b6570; --line: #dfe2e6;
          --accent: #00695c; --warn: #b54708; }
  @media (prefers-color-scheme: dark) {
    :root { --ground: #15181c; --card: #1e2329; --ink: #e4e7eb; --soft: #a0a9b4; --line: #343b44; --accent: #5cc9b8;
            --warn: #f0a868; } }
  * { box-sizing: border-box; }
  body { font: 16px/1.5 system-ui, "Segoe UI", "DejaVu Sans", sans-serif; color: var(--ink); background: var(--ground);
         margin: 0; }
  header, main, footer { max-width: 1180px; margin: 0 auto; padding: 0 1.25rem; }
  header { padding-top: 2.2rem; } h1 { font-size: 2rem; letter-spacing: -.01em; margin: 0 0 .3rem; }
  h2 { font-size: 1.35rem; margin: 2.8rem 0 .2rem; } h3 { font-size: 1.05rem; margin: 1.4rem 0 .6rem; }
  .lead, .soft { color: var(--soft); margin: 0 0 .6rem; } a { color: var(--accent); }
  nav { display: flex; flex-wrap: wrap; gap: .5rem; margin: 1rem 0 0; }
  nav a { text-decoration: none; border: 1px solid var(--line); border-radius: 2rem; padding: .15rem .8rem;
          background: var(--card); font-size: .9rem; }
  .row { display: grid; grid-template-columns: repeat(12, minmax(0, 1fr)); gap: 1.1rem; }
  figure, .absent { grid-column: span 12; margin: 0; background: var(--card); border: 1px solid var(--line);
                    border-radius: .6rem; overflow: hidden; display: flex; flex-direction: column; }
  figure.half { grid-column: span 6; }
  .frame { background: #fff; padding: .7rem; display: flex; align-items: flex-start; justify-content: center; flex: 1; }
  .frame img { display: block; max-width: 100%; max-height: 54rem; margin: 0 auto; object-fit: contain; }
  .text { padding: 1rem 1.1rem; font: .9rem/1.75 ui-monospace, "DejaVu Sans Mono", monospace; white-space: pre-wrap;
          overflow-wrap: anywhere; }
  .prompt { color: var(--soft); }
  .token { background: color-mix(in srgb, var(--warn) calc(var(--depth) * 62%), transparent); border-radius: .15rem; }
  figcaption { padding: .7rem 1.1rem .9rem; border-top: 1px solid var(--line); font-size: .9rem; }
  figcaption b { display: block; } .facts { color: var(--soft); font-size: .82rem; margin: .3rem 0 0; }
  .facts span:not(:last-child)::after { content: " · "; }
  details { font-size: .82rem; margin-top: .25rem; } summary { cursor: pointer; color: var(--accent); }
  code { font: .8rem/1.5 ui-monospace, "DejaVu Sans Mono", monospace; overflow-wrap: anywhere; }
  .command { display: block; background: var(--ground); border: 1px solid var(--line); border-radius: .35rem;
             padding: .4rem .6rem; margin-top: .35rem; }
  .absent { border-style: dashed; padding: .9rem 1.1rem; } .absent b { color: var(--warn); }
  .absent p { margin: .2rem 0 0; overflow-wrap: anywhere; }
  footer { padding: 2.5rem 1.25rem 3rem; color: var(--soft); font-size: .87rem; }
  @media (max-width: 820px) { figure.half { grid-column: span 12; } header { padding-top: 1.4rem; } h1 { font-size: 1.6rem; }
    header, main { padding-left: .8rem; padding-right: .8rem; } .frame { padding: .35rem; }
    .frame.wide { overflow-x: auto; justify-content: flex-start; } .frame.wide img { max-width: none; width: 620px; margin: 0; } }
"""

PAGE = (
    """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{{ title }}</title>
<style>"""
    + STYLE
    + """</style>
</head>
<body>
<header>
<h1>{{ title }}</h1>
<p class="lead">{{ shown }} of {{ total }} exhibits, every picture drawn from a trained run; the figures below them are read
from the runs' own files.</p>
<nav>{% for domain, heading, _ in rooms %}<a href="#{{ domain }}">{{ heading }}</a>{% endfor %}</nav>
</header>
<main>
{% for domain, heading, exhibits in rooms %}
<section id="{{ domain }}">
<h2>{{ heading }}</h2>
{% for hung in exhibits %}
<h3 id="{{ hung.exhibit.name }}">{{ hung.exhibit.title }}</h3>
<div class="row">
{% for picture, size in pictures[hung.exhibit.name] %}
<figure class="{{ size }}">
{% if picture.png %}<div class="frame{% if aspect(picture.png) > wide %} wide{% endif %}">
<img src="{{ data_uri(picture.png) }}" alt="{{ picture.title }}"></div>
{% else %}<div class="text">{{ markup(picture.html) }}</div>{% endif %}
<figcaption><b>{{ picture.title }}</b>{{ picture.words }}
{% if hung.facts %}<p class="facts">{% for fact in hung.facts %}<span>{{ fact }}</span>{% endfor %}</p>{% endif %}
<details><summary>the command that made it</summary><code class="command">{{ hung.command }}</code>{% if hung.folder %}
<span class="soft">{{ hung.folder }}</span>{% endif %}</details>
</figcaption></figure>
{% endfor %}
{% if hung.absent %}<div class="absent"><b>Nothing to show yet</b><p>{{ hung.absent }}</p>
<p>Make it: <code class="command">{{ hung.command }}</code></p></div>{% endif %}
</div>
{% endfor %}
</section>
{% endfor %}
</main>
<footer>Made by <code>tools/gallery.py</code>; <code>make gallery</code> trains what is missing first.</footer>
</body>
</html>
"""
)
NARROW = 1.45  # width over height, below which two pictures stand beside each other
WIDE = 1.2  # beyond which a picture on a phone is moved sideways rather than made tiny


def write_page(hung: Sequence[Hung], path: Path) -> Path:
    """Write the page whole, creating its folder where it is missing.

    Args:
        hung: the exhibits.
        path: of the HTML file.

    Raises:
        ImportError: jinja2 is not installed.
    """
    template = page_template(PAGE, "can")
    from markupsafe import Markup  # a part of jinja2

    rooms = [
        (domain, heading, [one for one in hung if one.exhibit.domain == domain]) for domain, heading in DOMAINS.items()
    ]
    page = template.render(
        title="Stillhouse gallery",
        shown=sum(not one.absent for one in hung),
        total=len(hung),
        rooms=[room for room in rooms if room[2]],
        pictures={one.exhibit.name: list(zip(one.pictures, sizes(one))) for one in hung},
        data_uri=data_uri,
        aspect=aspect,
        wide=WIDE,
        markup=Markup,
    )
    path.parent.mkdir(parents=True, exist_ok=True)
    write_text(page, path)
    return path


def write_pictures(hung: Sequence[Hung], folder: Path) -> list[Path]:
    """Write each picture as ``EXHIBIT_NUMBER.png``, numbers from 1; text is left out.

    Args:
        hung: the exhibits.
        folder: created where it is missing; other files in it stay.
    """
    folder.mkdir(parents=True, exist_ok=True)
    found = []
    for one in hung:
        for number, picture in enumerate(one.pictures, 1):
            if picture.png:
                found.append(write_whole(folder / f"{one.exhibit.name}_{number}.png", picture.png))
    return found


def sizes(hung: Hung) -> list[str]:
    """``half`` or ``whole`` for each picture: two narrow ones that follow each other share a row."""
    found, pictures = [], hung.pictures
    while len(found) < len(pictures):
        two = pictures[len(found) : len(found) + 2]
        together = len(two) == 2 and all(one.png and aspect(one.png) < NARROW for one in two)
        found += ["half", "half"] if together else ["whole"]
    return found


def aspect(png: bytes) -> float:
    """Width over height of a PNG file, as its header says."""
    width, height = (int.from_bytes(png[start : start + 4], "big") for start in (16, 20))
    return width / max(1, height)

"""The HTML of the page that shows what distillation did."""

from .page import STYLE

PAGE = (
    """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>CLIP distillation{{ ": " ~ comparison.word if comparison.word }}</title>
<style>"""
    + STYLE
    + """  .against { color: #8a5a00; } tr.mean td, tr.mean th { background: #f6f8fa; }
  .figures table { font-size: .82rem; } .figures th, .figures td { padding: .3rem .35rem; }
  .figures thead th { line-height: 1.25; }
</style>
</head>
<body>
<h1>CLIP distillation
{% if comparison.word %}<span class="word {{ comparison.word }}">{{ comparison.word }}</span>{% endif %}</h1>
<p class="lead">All generators draw the same images from the same noise. Judges were never trained against; what was is marked
<span class="against">trained against</span>: it rises in any case and proves nothing.</p>

{% for part in parts %}
<h2>{{ part.images.name }}: {{ part.images | length }} {{ part.images.about }}</h2>
{% if part.judgements %}
<div class="wide"><table>
<thead><tr><th>what must hold</th><th>bound</th><th>distilled, or refined</th><th></th></tr></thead>
<tbody>{% for one in part.judgements %}
<tr><th>{{ one.name }}</th><td>{{ one.bound }}</td><td class="value">{{ shown(one) }}
{% if one.note %}<span class="note">{{ one.note }}</span>{% endif %}</td>
<td><span class="mark {{ mark(one) }}">{{ mark(one) }}</span></td></tr>
{% endfor %}</tbody></table></div>
{% endif %}
<div class="wide figures"><table>
<thead><tr><th></th>{% for name in part.figures %}<th{% if name in against %} class="against"{% endif %}>{{ words(name) }}</th>
{% endfor %}<th>ms a drawing</th></tr></thead>
<tbody>{% for row in part.rows %}
<tr><th>{{ row.title }}</th>{% for name in part.figures %}<td class="value">{{ number(row.figures.get(name)) }}</td>{% endfor %}
<td class="value">{{ "%.0f" | format(1e3 * row.seconds) if row.seconds is not none }}</td></tr>
{% endfor %}{% for kind in part.several %}
<tr class="mean"><th>{{ kind.name }}, mean ± spread of {{ kind.n }}</th>
{% for name in part.figures %}<td class="value">{{ kind.metrics[name].text(".3f") }}</td>{% endfor %}<td></td></tr>
{% endfor %}</tbody></table></div>
<figure><img src="{{ part.sheet }}" alt="image, true sketch and drawings, side by side"><figcaption>Not chosen by what was drawn:
the first images{{ " of each class" if part.images.labelled }}; of several seeds the first.</figcaption></figure>
{% endfor %}

<h2>What the figures mean</h2>
<dl class="note">{% for name, meaning in meanings.items() %}<dt>{{ name }}</dt><dd>{{ meaning }}</dd>{% endfor %}</dl>

<h2>Where it comes from</h2>
<dl>{% for one in comparison.drawers %}<dt>{{ one.kind }}, {{ one.name }}</dt>
<dd>{{ one.trained.file }}{% if one.trained.meta.iter is defined %}, iteration {{ one.trained.meta.iter }}{% endif %}</dd>
{% endfor %}</dl>
{% if comparison.refined %}<p class="note">Refined by {{ comparison.refined }} steps.</p>{% endif %}
{% if comparison.against %}<details><summary>The loss trained against</summary>
<pre>{{ comparison.against | tojson(2) }}</pre></details>
{% endif %}
</body>
</html>
"""
)

MEANINGS = {
    "agreement": "share of the drawings in which a judge sees the image's class. A judge of strokes sees points along them; a "
    "judge of pictures can be fooled by a drawing made for another network's eyes, and decides nothing; a second CLIP chooses "
    "among the captions of all classes and that of a scribble.",
    "named a scribble": "share that the second CLIP names a scribble instead of any class.",
    "Chamfer": "mean distance between the points along the strokes and the outline of the object's mask, both ways, canvas 2 "
    "wide; of the images with a mask. The ratio is to the bootstrap's.",
    "gap, degenerate": "mean distance between a stroke's end and the nearest other end; share of the strokes smaller than .05.",
    "cosine (trained against)": "of the embeddings of drawing and image, and of the layers' maps, by the very CLIP of the loss.",
}

"""The HTML of the report's page."""

from ..sketch.page import STYLE

PAGE = (
    """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{{ title }}: {{ report.word }}</title>
<style>
"""
    + STYLE
    + """
  img { image-rendering: pixelated; max-width: 100%; height: auto; display: block; background: #000; }
  .figures { width: auto; }
  .pictures { display: grid; gap: 2px; grid-template-columns: repeat({{ headings | length }}, 1fr); }
</style>
</head>
<body>
<h1>{{ title }} <span class="word {{ report.word }}">{{ report.word }}</span></h1>
<p class="note">{{ report.scenes }} test scenes; {{ report.subject.trained.file }}, iteration
{{ report.subject.trained.meta.iter }}.</p>

<h2>Verdict</h2>
<div class="wide"><table class="figures">
<thead><tr><th>criterion</th><th>bound</th><th>value</th><th></th></tr></thead>
<tbody>{% for one in report.judgements %}
<tr><th>{{ one.name }}</th><td>{{ one.bound }}</td><td>{{ shown(one) }}</td>
<td class="mark {{ mark(one) }}">{{ mark(one) }}</td></tr>{% endfor %}
</tbody></table></div>

<h2>Images</h2>
<p class="note">Means over the test scenes. Lower is better, but for SSIM, which calls black images alike: see what the black
image gets. {{ perceptual }}</p>
<div class="wide"><table class="figures">
<thead><tr><th></th>{% for name in measures %}<th>{{ name }}</th>{% endfor %}<th>it is nearer than</th></tr></thead>
<tbody>{% for row in images %}
<tr><th>{{ row.name }}</th>{% for value in row.cells %}<td>{{ "%.4f" | format(value) }}</td>{% endfor %}
<td>{{ row.beaten }}</td></tr>{% endfor %}
</tbody></table></div>

{% if refined %}
<h2>Refined by gradients through the renderer</h2>
<p class="note">The first {{ report.refined_scenes }} test scenes; not judged. Last: shares of the scenes whose foreground error
is below that of each baseline, and of all three at once.</p>
<div class="wide"><table class="figures">
<thead><tr><th></th>{% for name in measures %}<th>{{ name }}</th>{% endfor %}
<th>black</th><th>mean</th><th>nearest</th><th>all</th></tr></thead>
<tbody>{% for row in refined %}
<tr><th>{{ row.name }}</th>{% for value in row.cells %}<td>{{ "%.4f" | format(value) }}</td>{% endfor %}
{% for share in row.beaten %}<td>{{ share }}</td>{% endfor %}</tr>{% endfor %}
</tbody></table></div>
{% endif %}

<h2>The first test scenes</h2>
<p class="note">Not chosen. The difference is that of the target and the network's drawing, or, for an inverse model, the
renderer's drawing of its scene.</p>
<div class="pictures">{% for name in headings %}<div class="note">{{ name }}</div>{% endfor %}
{% for row in rows %}{% for image in row %}<img src="{{ image }}" alt="">{% endfor %}{% endfor %}</div>

{% if recovered %}
<h2>Parameters</h2>
<div class="wide"><table class="figures"><tbody>{% for name, value in recovered.items() %}
<tr><th>{{ name }}</th><td>{{ "%.4f" | format(value) }}</td></tr>{% endfor %}
</tbody></table></div>
<p class="note">{{ meaning }}</p>
{% for table, values in report.by_name.items() %}
<h2>Each parameter: {{ table }}</h2>
<div class="wide"><table class="figures"><tbody>{% for name, value in values.items() %}
<tr><th>{{ name }}</th><td>{{ "%.4f" | format(value) }}</td></tr>{% endfor %}
</tbody></table></div>{% endfor %}
{% endif %}

<h2>Speed</h2>
<p class="note">Milliseconds an image, processor time, the best of three rounds.</p>
<div class="wide"><table class="figures"><tbody>{% for name, value in report.speed.items() %}
<tr><th>{{ name }}</th><td>{{ "%.2f" | format(value) }}</td></tr>{% endfor %}
</tbody></table></div>

<h2>Where it comes from</h2>
<details><summary>Config</summary><pre>{{ config }}</pre></details>
</body>
</html>
"""
)

MEANING = (
    "continuous: every number of the scene itself, with or without an effect on the image; effective: those with one, without "
    "the numbers of disabled noise or dither; layer: the numbers of the target's layers. mae: mean absolute error in units of "
    "the range, an angle's the shorter way round; mae_mean: that of always saying the training mean; ratio: their quotient."
)

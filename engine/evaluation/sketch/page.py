"""The HTML of the report's page."""

STYLE = """
  :root { color-scheme: light; }
  body { font: 15px/1.5 system-ui, "Segoe UI", "DejaVu Sans", sans-serif; color: #22272e; background: #fff;
         max-width: 1060px; margin: 2rem auto 4rem; padding: 0 1.25rem; }
  h1 { font-size: 1.7rem; margin: 0 0 .25rem; } h2 { font-size: 1.2rem; margin: 2.5rem 0 .5rem; }
  .word { display: inline-block; padding: .05em .55em; border-radius: .3em; color: #fff; }
  .word.PASS { background: #00734f; } .word.FAIL { background: #b3261e; }
  .lead, .note, figcaption { color: #57606a; } .note, figcaption { font-size: .87rem; }
  .wide { overflow-x: auto; }
  table { border-collapse: collapse; width: 100%; font-size: .9rem; }
  th, td { text-align: left; padding: .4rem .6rem; border-bottom: 1px solid #e6e9ed; vertical-align: top; }
  thead th { border-bottom: 2px solid #c9d0d8; } tbody th { font-weight: 600; white-space: nowrap; }
  td.value { font-variant-numeric: tabular-nums; white-space: nowrap; }
  .mark { font-weight: 700; white-space: nowrap; }
  .mark.pass { color: #00734f; } .mark.FAIL { color: #b3261e; } .mark.not { color: #57606a; font-weight: 400; }
  .classes { width: auto; } .classes th, .classes td { border: 0; padding: 2px 14px 2px 0; vertical-align: middle; }
  figure { margin: 1rem 0; } figure img, .classes img { max-width: 100%; height: auto; display: block; }
  pre { background: #f6f8fa; padding: .8rem; overflow-x: auto; font-size: .78rem; line-height: 1.4; }
  dt { font-weight: 600; } dd { margin: 0 0 .5rem 1rem; }
"""

PAGE = (
    """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{{ title }}: {{ report.word }}</title>
<style>"""
    + STYLE
    + """</style>
</head>
<body>
<h1>{{ title }} <span class="word {{ report.word }}">{{ report.word }}</span></h1>
<p class="lead">{{ report.seeds[0].drawn.label | length }} generated sketches a checkpoint, beside
{{ report.real.label | length }} held-out ones and {{ training }} of training;
{{ report.seeds | length }} seed{{ "" if report.seeds | length == 1 else "s" }}.</p>

<h2>Verdict</h2>
<div class="wide"><table>
<thead><tr><th>criterion</th><th>bound</th>{% for one in report.seeds %}<th>{{ one.generator.name }}</th>{% endfor %}</tr></thead>
<tbody>
{% for row in rows %}
<tr><th>{{ row[0].name }}</th><td>{{ row[0].bound }}</td>
{% for one in row %}<td class="value">{{ shown(one) }}
<span class="mark {{ mark(one) }}">{{ mark(one) }}</span></td>{% endfor %}</tr>
{% endfor %}
{% for one in report.together %}
<tr><th>{{ one.name }}</th><td>{{ one.bound }}</td><td class="value" colspan="{{ report.seeds | length }}">{{ shown(one) }}
<span class="mark {{ mark(one) }}">{{ mark(one) }}</span></td></tr>
{% endfor %}
</tbody></table></div>

<h2>Samples beside real sketches</h2>
<p class="note">{{ report.seeds[0].generator.name }}, not chosen: the first of each class. Right: held-out sketches.</p>
<div class="wide"><table class="classes">
<thead><tr><th></th><th>generated</th><th>real</th></tr></thead>
<tbody>{% for row in classes %}
<tr><th>{{ row.name }}</th><td><img src="{{ row.generated }}" alt="generated {{ row.name }}"></td>
<td><img src="{{ row.real }}" alt="real {{ row.name }}"></td></tr>
{% endfor %}</tbody></table></div>

<h2>Nearest training sketches</h2>
<figure><img src="{{ nearest }}" alt="generated sketches and their nearest training sketches"><figcaption>Pairs: a generated
sketch, then the training sketch nearest to it by the features. The pairs of the whole sample that are nearest come first: a
copy would stand there.</figcaption></figure>

<h2>All figures</h2>
<div class="wide"><table>
<thead><tr><th>result</th><th>mean{{ " ± spread" if report.seeds | length > 1 }}</th>
{% for name in columns %}<th>{{ name }}</th>{% endfor %}</tr></thead>
<tbody>{% for name, spread in spreads.items() %}
<tr><th>{{ name }}</th><td class="value">{{ spread.text(".4g") }}</td>
{% for results in columns.values() %}<td class="value">{{ "%.4g" | format(results[name]) if name in results else "" }}</td>
{% endfor %}</tr>
{% endfor %}</tbody></table></div>
<dl class="note">{% for name, words in meanings.items() %}<dt>{{ name }}</dt><dd>{{ words }}</dd>{% endfor %}</dl>

{% if report.samplers %}
<h2>Samplers</h2>
<p class="note">{{ report.seeds[0].generator.name }}, the same noise and classes for each. A step of Heun costs two
evaluations of the network but for its last, one of Euler one.</p>
<div class="wide"><table>
<thead><tr><th>sampler</th>{% for name in sampled %}<th>{{ name }}</th>{% endfor %}</tr></thead>
<tbody>{% for name, results in report.samplers.items() %}
<tr><th>{{ name }}</th>{% for one in sampled %}<td class="value">{{ "%.4g" | format(results[one]) }}</td>{% endfor %}</tr>
{% endfor %}</tbody></table></div>
{% endif %}
{% if curves %}
<h2>In training</h2>
<figure><img src="{{ curves }}" alt="curves of training"></figure>
{% endif %}

<h2>Where it comes from</h2>
<dl>{% for one in checkpoints %}<dt>{{ one.generator.name }}</dt>
<dd>{{ one.generator.trained.file }}, iteration {{ one.generator.trained.meta.iter }};
{{ "%.1f" | format(1e3 * one.drawn.seconds / one.drawn.label | length) }} ms a sketch</dd>{% endfor %}</dl>
<details><summary>Config of {{ report.seeds[0].generator.name }}</summary><pre>{{ config }}</pre></details>
</body>
</html>
"""
)

MEANINGS = {
    "mmd2, mmd_ratio": "squared maximum mean discrepancy to the held-out sketches, unbiased; the ratio divides the biased one "
    "of equal numbers by that between halves of the held-out sketches: 1 for real sketches.",
    "frechet, frechet_ratio": "Frechet distance of the features; the ratio as above. With a judge's name: on its embeddings.",
    "precision, density; recall, coverage": "how much of the generated lies among the real, and of the real among the generated.",
    "diversity": "mean distance within a class, divided by that of real sketches; worst: of the class where it is least.",
    "nearest_ratio, memorised": "median distance to the nearest training sketch, divided by that of held-out sketches; the share "
    "nearer than all but 1 % of these.",
    "gap, degenerate, off_canvas": "mean distance between a stroke's end and the nearest other end, canvas 2 wide; share of the "
    "strokes smaller than .05; share of the line outside the canvas.",
    "agreement, worst_class": "share of the sketches in which a classifier sees the class asked for; worst: of one class.",
}

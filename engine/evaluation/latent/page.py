"""The HTML of the report's page."""

PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{{ title }}: {{ verdict.word }}</title>
<style>
  :root { color-scheme: light; }
  body { font: 15px/1.5 system-ui, "Segoe UI", "DejaVu Sans", sans-serif; color: #22272e; background: #fff;
         max-width: 1060px; margin: 2rem auto 4rem; padding: 0 1.25rem; }
  h1 { font-size: 1.7rem; margin: 0 0 .25rem; } h2 { font-size: 1.2rem; margin: 2.5rem 0 .5rem; }
  .word { display: inline-block; padding: .05em .55em; border-radius: .3em; color: #fff; }
  .word.PASS { background: #00734f; } .word.FAIL { background: #b3261e; }
  .lead, .note, figcaption { color: #57606a; } .note, figcaption { font-size: .87rem; }
  .collapse { border-left: 4px solid #b3261e; background: #fdf1ef; padding: .5rem .9rem; margin: .6rem 0; }
  .wide { overflow-x: auto; }
  table { border-collapse: collapse; width: 100%; font-size: .9rem; }
  th, td { text-align: left; padding: .4rem .6rem; border-bottom: 1px solid #e6e9ed; vertical-align: top; }
  thead th { border-bottom: 2px solid #c9d0d8; white-space: nowrap; } tbody th { font-weight: 600; }
  td.value { font-variant-numeric: tabular-nums; }
  .mark { font-weight: 700; white-space: nowrap; }
  .mark.pass { color: #00734f; } .mark.FAIL { color: #b3261e; } .mark.not { color: #57606a; font-weight: 400; }
  .gallery { width: auto; }
  .gallery td { padding: 3px; border: 0; vertical-align: middle; }
  .gallery td.text { max-width: 17rem; font-size: .82rem; padding-right: .7rem; }
  .gallery th { border: 0; font-size: .78rem; padding: 3px; text-align: center; }
  .gallery td.gap, .gallery th.gap { padding-left: 16px; }
  .gallery img, .strip img { width: 74px; height: 74px; image-rendering: pixelated; display: block; }
  .strip img { width: 58px; height: 58px; }
  .strip { display: flex; flex-wrap: wrap; gap: 5px; }
  figure { margin: 1rem 0; } figure img { width: 100%; height: auto; }
  figure.narrow img { max-width: 620px; display: block; }
  pre { background: #f6f8fa; padding: .8rem; overflow-x: auto; font-size: .78rem; line-height: 1.4; }
  dt { font-weight: 600; } dd { margin: 0 0 .5rem 1rem; }
</style>
</head>
<body>
<h1>{{ title }} <span class="word {{ verdict.word }}">{{ verdict.word }}</span></h1>
<p class="lead">Latents of {{ first.run.last.sentences }} held-out sentences a seed; {{ subjects | length }}
seed{{ "" if subjects | length == 1 else "s" }}: {{ subjects | map(attribute="run.name") | join(", ") }}.</p>
{% for name, found in verdict.collapses.items() %}{% for words in found %}
<p class="collapse"><strong>{{ name }}</strong> {{ words }}</p>
{% endfor %}{% endfor %}

<h2>Verdict</h2>
<div class="wide"><table>
<thead><tr><th>criterion</th><th>bound</th>{% for name in verdict.seeds %}<th>{{ name }}</th>{% endfor %}</tr></thead>
<tbody>
{% for row in rows %}
<tr><th>{{ row[0].name }}</th><td>{{ row[0].bound }}</td>
{% for one in row %}<td class="value">{{ cell(one) }}</td>{% endfor %}</tr>
{% endfor %}
{% for one in verdict.together %}
<tr><th>{{ one.name }}</th><td>{{ one.bound }}</td>
<td class="value" colspan="{{ verdict.seeds | length }}">{{ cell(one) }}</td></tr>
{% endfor %}
</tbody></table></div>
{% if remedies %}
<h2>What to do</h2>
<dl>{% for name, words in remedies.items() %}<dt>{{ name }}</dt><dd>{{ words }}</dd>{% endfor %}</dl>
{% endif %}

<h2>Latents beside photographs</h2>
<p class="note">{{ first.run.name }}: the first {{ gallery | length }} sentences. In colour: channels 0, 1 and 2 as red,
green and blue. Grey: each channel. Black is -2.5, white 2.5, the same for all, so a dead latent is grey. At the right,
crops of photographs, grey, averaged down to 32 x 32 pixels, with mean 0 and variance 1, on the same scale.</p>
<div class="wide"><table class="gallery">
<thead><tr><th></th><th>0, 1, 2</th>{% for _ in gallery[0].channels %}<th class="{{ 'gap' if loop.first }}">{{ loop.index0 }}</th>
{% endfor %}<th class="gap">photograph</th></tr></thead>
<tbody>
{% for row in gallery %}
<tr><td class="text">{{ row.text }}</td><td><img src="{{ row.colour }}" alt="channels 0 to 2 in colour"></td>
{% for image in row.channels %}
<td class="{{ 'gap' if loop.first }}"><img src="{{ image }}" alt="channel {{ loop.index0 }}"></td>
{% endfor %}
<td class="gap">{% if row.photograph %}<img src="{{ row.photograph }}" alt="photograph">{% endif %}</td></tr>
{% endfor %}
</tbody></table></div>
{% for name, images in others.items() %}
<h3>{{ name }}, in colour</h3>
<div class="strip">{% for image in images %}<img src="{{ image }}" alt="latent {{ loop.index0 }}">{% endfor %}</div>
{% endfor %}

<h2>Spectra</h2>
<figure><img src="{{ pictures.power_spectra }}" alt="power spectra"><figcaption>{{ first.run.name }}: mean over the maps' own
spectra, with the fitted slope. The band holds the power slopes of natural images, 1.6 to 3.0 (Tolhurst, Tadmor and Chao,
1992). At 32 x 32 pixels the fit returns 2.12 for a true slope of 2.</figcaption></figure>
<h2>Gradients</h2>
<figure><img src="{{ pictures.gradient_histograms }}" alt="gradient histograms"><figcaption>{{ first.run.name }}: natural
images have more flat places and more strong contours than the Gaussian.</figcaption></figure>
<h2>Channels</h2>
<figure class="narrow"><img src="{{ pictures.channel_covariance }}" alt="channel correlations"></figure>

<h2>In training</h2>
<figure><img src="{{ pictures.curves }}" alt="statistics over training">
<figcaption>Every evaluation that is known.</figcaption></figure>
{% set probed = subjects | selectattr("run.probe") | list %}
{% if probed %}
<h2>What a linear probe reads</h2>
<div class="wide"><table><thead><tr><th>label</th><th>majority</th>
{% for one in probed %}<th>{{ one.run.name }}</th>{% endfor %}</tr></thead>
<tbody>{% for label, baseline in probed[0].run.probe.majority.items() %}
<tr><th>{{ label }}</th><td class="value">{{ "%.3f" | format(baseline) }}</td>
{% for one in probed %}{% set known = label in one.run.probe.accuracies %}
<td class="value">{{ "%.3f" | format(one.run.probe.accuracies[label]) if known else "not judged" }}</td>{% endfor %}</tr>
{% endfor %}
<tr><th>correlation of one-word pairs, mean / p95</th><td>{{ probed[0].run.probe.pairs }} pairs</td>
{% for one in probed %}
<td class="value">{{ "%.3f / %.3f" | format(one.run.probe.pair_correlation, one.run.probe.pair_correlation_p95) }}</td>
{% endfor %}</tr></tbody></table></div>
{% endif %}

<h2>Where it comes from</h2>
<dl>{% for one in subjects %}<dt>{{ one.run.name }}</dt>
<dd>{{ one.checkpoint or source }}
{% for note in one.run.notes %}<br><span class="note">{{ note }}</span>{% endfor %}</dd>{% endfor %}</dl>
{% if config %}<details><summary>Config of {{ first.run.name }}</summary><pre>{{ config }}</pre></details>{% endif %}
</body>
</html>
"""

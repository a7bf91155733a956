"""The HTML of the page of a cycle."""

from ...evaluation.sketch.page import STYLE

PAGE = (
    """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Cycle of scenes</title>
<style>
"""
    + STYLE
    + """
  .figures { width: auto; } .figures td { font-variant-numeric: tabular-nums; }
  h2 { border-top: 2px solid #c9d0d8; padding-top: 1rem; } h3 { margin: 1.6rem 0 .3rem; }
  .warning { color: #b3261e; }
</style>
</head>
<body>
<h1>Cycle of scenes</h1>
<p class="lead">{{ rounds | length }} round{{ "" if rounds | length == 1 else "s" }} in {{ folder }};
references in {{ refs }}.</p>
<div class="wide"><table class="figures">
<thead><tr><th>round</th>{% for name in overview[0] %}<th>{{ name }}</th>{% endfor %}</tr></thead>
<tbody>{% for row in overview %}
<tr><th>{{ loop.index }}</th>{% for value in row.values() %}<td>{{ value }}</td>{% endfor %}</tr>{% endfor %}
</tbody></table></div>
<p class="note">{{ note }}</p>

{% for one in rounds %}
<h2>Round {{ one.number }}</h2>
{% for stage in one.stages %}
<h3>{{ stage.title }}</h3>
<p class="note">{{ stage.ended }}, {{ "%.0f" | format(stage.seconds) }} s{% if stage.before %}; done in round {{ stage.before }},
and nothing it depends on has changed since{% endif %}. {{ stage.folder }}</p>
<div class="wide"><table class="figures"><tbody>{% for name, value in stage.figures.items() %}
<tr><th{% if name == "warning" %} class="warning"{% endif %}>{{ name }}</th><td>{{ value }}</td></tr>{% endfor %}
</tbody></table></div>
{% for caption, image in stage.pictures.items() %}
<figure><img src="{{ image }}" alt="{{ caption }}"><figcaption>{{ caption }}</figcaption></figure>{% endfor %}
<details><summary class="note">Command</summary><pre>{{ stage.command }}</pre></details>
{% endfor %}
<h3>Curation</h3>
<p>{{ one.curation }}</p>
{% if one.kept %}<figure><img src="{{ one.kept }}" alt="kept scenes">
<figcaption>the scenes that were added</figcaption></figure>{% endif %}
{% endfor %}
</body>
</html>
"""
)

TITLES = {
    "coverage": "Coverage", "forward": "Forward proxy", "scores": "Scores of the references", "quality": "Quality scenes",
    "inverse": "Inverse model", "explore": "Exploration",
}  # fmt: skip

NOTE = (
    "Metrics are those of each run's newest validation, on scenes of its own round: they say how well the models know that "
    "round's data, and are compared with another round's only where the data are the same. Ratio: mean distance of the "
    "explored scenes to their nearest neighbours, divided by that of scenes chosen at random. Scores are relative to the "
    "references of the round."
)

"""The HTML of a detection report."""

STYLE = """
  :root { color-scheme: light; }
  body { font: 15px/1.5 system-ui, "Segoe UI", "DejaVu Sans", sans-serif; color: #22272e; background: #fff;
         max-width: 1060px; margin: 2rem auto 4rem; padding: 0 1.25rem; }
  h1 { font-size: 1.7rem; margin: 0 0 .25rem; } h2 { font-size: 1.2rem; margin: 2.5rem 0 .5rem; }
  h3 { font-size: 1rem; margin: 1.5rem 0 .4rem; }
  .lead, .note, figcaption { color: #4d5661; } .note, figcaption { font-size: .87rem; }
  .wide { overflow-x: auto; }
  table { border-collapse: collapse; font-size: .87rem; }
  th, td { text-align: right; padding: .35rem .6rem; border-bottom: 1px solid #e6e9ed; vertical-align: top; }
  th:first-child, td:first-child { text-align: left; }
  thead th { border-bottom: 2px solid #c9d0d8; vertical-align: bottom; } tbody th { font-weight: 600; white-space: nowrap; }
  td { font-variant-numeric: tabular-nums; white-space: nowrap; }
  figure { margin: 1rem 0; } figure img { max-width: 100%; height: auto; display: block; }
  dt { font-weight: 600; } dd { margin: 0 0 .5rem 1rem; }
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
<h1>{{ title }}</h1>
<p class="lead">{{ "{:,}".format(windows) }} windows of {{ recordings }} recordings: {{ "{:,}".format(attacks) }} with an attack,
{{ "{:,}".format(benign) }} benign{% if unlabelled %}, {{ "{:,}".format(unlabelled) }} unlabelled{% endif %};
{{ episodes }} episodes. {% if seeds > 1 %}Figures: mean ± sample standard deviation over the seeds; pictures: the first
seed of each.{% endif %}</p>
{% if left_out %}<p class="note">Without labels, and so only counted: {{ left_out | join(", ") }}.</p>{% endif %}

<h2>Figures</h2>
{% for group, lines in tables %}
<h3>{{ group or "all splits together" }}</h3>
<div class="wide"><table>
<thead><tr><th></th>{% for cell in lines[0][1:] %}<th>{{ cell }}</th>{% endfor %}</tr></thead>
<tbody>{% for line in lines[1:] %}
<tr><th>{{ line[0].replace("_", " ") }}</th>{% for cell in line[1:] %}<td>{{ cell }}</td>{% endfor %}</tr>{% endfor %}
</tbody></table></div>
{% endfor %}
<dl class="note">{% for name, words in meanings.items() %}<dt>{{ name }}</dt><dd>{{ words }}</dd>{% endfor %}</dl>

<h2>Alarms by attack</h2>
<figure><img src="{{ pictures.alarms }}" alt="alarms by attack"><figcaption>Share of the windows that alarm, and how many of how
many. Attacks from orange, all missed, to green, all found; benign and unlabelled windows from grey to violet, where all
alarm.</figcaption></figure>

<h2>Scores</h2>
<figure><img src="{{ pictures.scores }}" alt="distributions of scores"></figure>
{% if pictures.ranking %}
<h2>Ranking</h2>
<figure><img src="{{ pictures.ranking }}" alt="ROC and precision-recall curves"><figcaption>A dot stands where the threshold
does. Rates below .0003 are drawn at .0003. Dotted: chance.</figcaption></figure>
{% endif %}
<h2>Over time</h2>
{% for split, picture, drawn, all in times %}
<h3>{{ split }}</h3>
<figure><img src="{{ picture }}" alt="detection over time, {{ split }}">{% if drawn < all %}<figcaption>The first {{ drawn }} of
{{ all }} recordings.</figcaption>{% endif %}</figure>
{% endfor %}
<p class="note">An episode is a run of attack windows; pauses of up to {{ join_s }} s do not end it. Where recorded time steps
back or pauses, the axis goes on.</p>

<h2>Where it comes from</h2>
<dl>{% for name, place in origins.items() %}<dt>{{ name }}</dt><dd>{{ place }}</dd>{% endfor %}</dl>
</body>
</html>
"""
)

MEANINGS = {
    "f1, precision, recall, macro f1, mcc": "of windows, at the threshold that at most the target share of the benign validation "
    "windows exceeds; recall NAME: of the recordings of that attack.",
    "f1 tolerant": "an alarm in the window before or after an attack counts as right, and so does the attack.",
    "auroc, auprc": "of the ranking, whatever the threshold.",
    "fpr, fpr low, fpr high": "share of all benign windows together that alarm, and its interval of 95 % (Wilson).",
    "false alarms per hour": "benign windows that alarm, by the hour of benign traffic.",
    "episode recall": "share of the episodes in which a window alarms.",
    "time to detect": "median over the episodes found, from the first frame of the first attack window to the last frame of the "
    "first alarming one: at most a window too long.",
    "alarm rate": "share of the windows of an unlabelled split that alarm; what is right there is not known.",
}

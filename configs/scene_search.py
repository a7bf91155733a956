"""How the scene of a picture is searched for; the budgets of tools/predict.py, whose flags change them.

An evaluation is one scene rendered; a step of the gradient through the renderer takes the time of three.
"""

search = dict(
    size=128,
    measure="foreground",
    screening=100,
    gradient="renderer",
    steps=300,
    members=4,
    lr=0.02,
    evaluations=500,
    spread=0.02,
    seed=0,
)

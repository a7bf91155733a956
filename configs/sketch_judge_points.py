"""A judge of sketches that sees sets of points along strokes: a set transformer of .1 M parameters.

Command: python tools/train.py configs/sketch_judge_points.py
"""

_base_ = ["_base_/sketch_judge.py"]
judge_seed = 7002
model = dict(network=dict(type="StrokePointClassifier", num_classes="${num_classes}"))

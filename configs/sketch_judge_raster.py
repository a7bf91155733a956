"""A judge of sketches that sees their pictures: a convolutional network of .15 M parameters.

Command: python tools/train.py configs/sketch_judge_raster.py
"""

_base_ = ["_base_/sketch_judge.py"]
judge_seed = 7001
model = dict(network=dict(type="StrokeImageClassifier", num_classes="${num_classes}"))

"""Distillation as it is usually written down: pooled tokens, the drawing alone augmented, no replay and no prior. It is deceived.

The cosine rises and the drawings become scribbles: docs/distillation.md shows both.

Command: python tools/train.py configs/sketch_distill_clip_plan.py --with-companions --cfg-options image_dir=data/photos
"""

_base_ = ["sketch_distill_clip.py"]
num_augmentations = 4
joint = False
layer_weight = 0.0
token_weight = 1.0
clip_weight = 1.0
replay_weight = 0.0
replay_ratio = 0.1
prior_weight = 0.0

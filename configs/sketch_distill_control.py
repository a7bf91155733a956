"""The control of distillation: as many steps of the same replay at the same rates, and no CLIP.

Command: python tools/train.py configs/sketch_distill_control.py --with-companions --cfg-options image_dir=data/photos
"""

_base_ = ["sketch_distill_clip.py"]
clip_weight = 0.0
prior_weight = 0.0

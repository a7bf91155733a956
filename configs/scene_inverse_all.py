"""The inverse model at full size, on all scenes, random ones among them; see ``scene_inverse_quality``.

Command: python tools/train.py configs/scene_inverse_all.py --with-companions
Hardware: a GPU; not yet run.
"""

_base_ = ["scene_inverse_quality.py"]
data_root = "data/scene"

"""The forward proxy at the demo's size: 64 px, reduced width, on variations of curated scenes; L1 alone.

Command: python tools/generate_scenes.py 12000 --vary --refs references/refs.jsonl --size 64 --out data/scene_demo
  && python tools/train.py configs/scene_forward_small.py
"""

_base_ = ["_base_/runtime.py", "_base_/scene.py"]
data_root = "data/scene_demo"
image_size = 64
batch_size = 64
max_iters = 1500
warmup_iters = 100
learning_rate = 2e-3
lpips = "random"
model = dict(
    type="Learner",
    network=dict(type="ForwardModel", size="${image_size}", hidden=256, width=64, attention_at=16),
    losses=dict(l1=dict(type="MeanAbsoluteError", output="image", target="image")),
)
train_cfg = dict(max_epochs=None, max_iters="${max_iters}", val_interval=500)
param_scheduler = [
    dict(type="LinearLR", by_epoch=False, start_factor=0.01, begin=0, end="${warmup_iters}"),
    dict(type="CosineAnnealingLR", by_epoch=False, begin="${warmup_iters}", end="${max_iters}", eta_min_ratio=0.01),
]
val_evaluator = [dict(type="SceneImages", reference="${reference}")]
test_evaluator = [dict(type="SceneImages", reference="${reference}", lpips="${lpips}")]
default_hooks = dict(checkpoint=dict(by_epoch=False, interval=500, save_best="scene/l1", rule="less"))

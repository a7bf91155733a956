"""The forward proxy at the demo's size: 64 px, reduced width, on variations of curated scenes; L1 and squared error.

Command: python tools/generate_scenes.py 6000 --vary --refs references/refs.jsonl --size 64 --out data/scene_demo
  && python tools/train.py configs/scene_forward_small.py
Hardware: one CPU core, about 14 minutes of CPU time for 4,500 steps of 32 (x86, AMD EPYC, shared; PyTorch 2.15).
Expected, seed 0: L1 .499 of the mean image's on the validation scenes, .485 on the test scenes (docs/scene.md).
"""

_base_ = ["_base_/runtime.py", "_base_/scene.py"]
data_root = "data/scene_demo"
image_size = 64
batch_size = 32
max_iters = 4500
warmup_iters = 50
learning_rate = 1e-3
lpips = "random"
model = dict(
    type="Learner",
    network=dict(type="ForwardModel", size="${image_size}", hidden=512, width=64, attention_at=16),
    losses=dict(
        l1=dict(type="MeanAbsoluteError", output="image", target="image"),
        # The median of a pixel over the scenes is black, where an absolute error alone would stay for long.
        mse=dict(type="MeanSquaredError", output="image", target="image", weight=3.0),
    ),
)
val_dataloader = dict(dataset=dict(most=200))
train_cfg = dict(max_epochs=None, max_iters="${max_iters}", val_interval=1500)
param_scheduler = [
    dict(type="LinearLR", by_epoch=False, start_factor=0.01, begin=0, end="${warmup_iters}"),
    dict(type="CosineAnnealingLR", by_epoch=False, begin="${warmup_iters}", end="${max_iters}", eta_min_ratio=0.01),
]
val_evaluator = [dict(type="SceneImages", reference="${reference}")]
test_evaluator = [dict(type="SceneImages", reference="${reference}", lpips="${lpips}")]
default_hooks = dict(checkpoint=dict(by_epoch=False, interval=500, save_best="scene/l1", rule="less"))

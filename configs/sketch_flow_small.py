"""Sketches of a class by conditional flow matching: a 1.3 M parameter StrokeDiT that trains on a CPU.

Command: python tools/make_sketches.py data/sketches && python tools/train.py configs/sketch_flow_small.py --with-companions
Hardware: one CPU core, 14 minutes of wall time for 4,000 steps of 64 (x86, AMD EPYC, shared; PyTorch 2.15), the judges apart.
Expected, seeds 0 to 2: PASS by tools/eval_sketch.py; agreement .998 and 1.000, MMD ratio 1.05 to 1.23, gap ratio 1.18 (docs/sketch.md).
"""

_base_ = ["_base_/runtime.py", "_base_/sketch.py", "_base_/sketch_flow.py"]
max_iters = 4000
learning_rate = 3e-3
val_interval = 2000
model = dict(
    network=dict(
        backbone=dict(type="StrokeDiT", width=128, num_layers=4, num_heads=4, ffn_width=192),
        condition=dict(type="ClassCondition", num_classes="${num_classes}"),
        data_scale=2.5,
        sampling=dict(sampler="heun", steps=8, cfg_scale=1.0),
    ),
)
default_hooks = dict(checkpoint=dict(by_epoch=False, interval=250))

"""Sketches of a class by conditional flow matching, with the full StrokeDiT (10 M parameters).

Command: python tools/train.py configs/sketch_flow_dit.py --with-companions
Hardware: one GPU, bf16. Wall time and results: not measured yet, no GPU was at hand; checked and run dry on a CPU.
"""

_base_ = ["_base_/runtime.py", "_base_/sketch.py", "_base_/sketch_flow.py"]
max_iters = 100_000
val_interval = 5000
warmup_iters = 5000
learning_rate = 1e-4
ema_decay = 0.9999
model = dict(
    network=dict(
        backbone=dict(type="StrokeDiT"),
        condition=dict(type="ClassCondition", num_classes="${num_classes}"),
        data_scale=2.5,
        sampling=dict(sampler="heun", steps=8, cfg_scale=3.0),
    ),
)
train_dataloader = dict(batch_size=256)
optim_wrapper = dict(precision="bf16")
default_hooks = dict(checkpoint=dict(by_epoch=False, interval="${val_interval}"))

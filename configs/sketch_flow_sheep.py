"""Sheep as people draw them: unconditional flow matching on sketch-rnn's drawings, fitted to 32 cubic strokes.

Command: python tools/train.py configs/sketch_flow_sheep.py --cfg-options drawings=aaron_sheep.npz
Hardware: one CPU core, 19 minutes of wall time for 4,000 steps of 64 (x86, AMD EPYC, shared; PyTorch 2.15).
Expected, seed 0: Frechet distance .33 to held-out drawings, coverage .96, MMD ratio 1.5 (docs/sketch.md).
"""

_base_ = ["_base_/runtime.py", "_base_/sketch_flow.py"]
drawings = "data/aaron_sheep.npz"
max_iters = 4000
learning_rate = 3e-3
val_interval = 2000
data = dict(type="Stroke3Sketches", path="${drawings}")
model = dict(
    network=dict(
        backbone=dict(type="StrokeDiT", width=128, num_layers=4, num_heads=4, ffn_width=192),
        condition=dict(type="Unconditional"),
        data_scale=2.5,
        sampling=dict(sampler="heun", steps=16),
    ),
)
train_dataloader = dict(batch_size=64, drop_last=True, dataset=dict(split="train", **data))
val_dataloader = dict(batch_size=100, dataset=dict(split="valid", **data))
val_evaluator = [dict(type="SketchStatistics", reference=dict(split="train", **data))]
train_cfg = dict(type="TrainLoop", max_iters="${max_iters}", val_interval="${val_interval}")
val_cfg = dict(type="ValLoop")
default_hooks = dict(checkpoint=dict(by_epoch=False, interval=250))
del data

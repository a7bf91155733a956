"""Sketches of 32 cubic strokes in ControlSketch's files, by default those of ``tools/make_sketches.py`` (see docs/sketch.md)."""

data_root = "data/sketches"
num_classes = 20
val_interval = 500
data = dict(type="ControlSketch", root="${data_root}", num_classes="${num_classes}")
train_dataloader = dict(batch_size=64, drop_last=True, dataset=dict(split="train", **data))
val_dataloader = dict(batch_size=100, dataset=dict(split="validation", **data))
train_cfg = dict(type="TrainLoop", max_iters="${max_iters}", val_interval="${val_interval}")
val_cfg = dict(type="ValLoop")
del data

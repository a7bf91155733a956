"""Scenes and their images from a folder of ``tools/generate_scenes.py`` (see docs/scene.md), and how networks of them are trained.

``lpips``: ``alex`` needs the ImageNet weights of AlexNet; ``random`` takes random features in their place, which is no LPIPS and is
recorded as such.
"""

data_root = "data/scene"
image_size = 256
batch_size = 32
max_epochs = 20
learning_rate = 2e-4
precision = "bf16"
lpips = "alex"
data = dict(type="SceneRenders", root="${data_root}", image_size="${image_size}")
reference = dict(split="train", **data)
train_dataloader = dict(batch_size="${batch_size}", drop_last=True, dataset=dict(split="train", **data))
val_dataloader = dict(batch_size=100, dataset=dict(split="validation", **data))
test_dataloader = dict(batch_size=100, dataset=dict(split="test", **data))
train_cfg = dict(type="TrainLoop", max_epochs="${max_epochs}", val_interval=1)
val_cfg = dict(type="ValLoop")
test_cfg = dict(type="TestLoop")
optim_wrapper = dict(
    type="EngineOptimWrapper",
    optimizer=dict(type="AdamW", lr="${learning_rate}", weight_decay=0.01),
    clip_grad=dict(max_norm=1.0),
    precision="${precision}",
)
param_scheduler = [dict(type="CosineAnnealingLR", by_epoch=True, T_max="${max_epochs}", eta_min_ratio=0.01)]
del data

"""A small CLIP of photos, sketches and captions, so that everything with CLIP runs without a network. It is no OpenAI CLIP.

Its middle layers are aligned: a photo and its sketch look alike to them place by place (docs/distillation.md).

Command: python tools/train.py configs/clip_tiny.py
Hardware: one CPU core, 1,000 steps of 24 photos, 24 sketches and 16 scribbles (x86, AMD EPYC, shared; PyTorch 2.15), 18 minutes with company.
Expected, seed 4001, 20 classes of 200 training and 60 validation sketches: class retrieval of validation photos
1.00, sketches 1.00, photo to another sketch 1.00 (.71, .75 and .80 after 200 steps). It knows these classes alone.
"""

_base_ = ["_base_/runtime.py", "_base_/sketch.py"]
clip_seed = 4001
clip_iters = 1000
clip_size = 64
randomness = dict(seed="${clip_seed}")
model = dict(
    type="Learner",
    network=dict(type="ContrastiveCLIP", image_size="${clip_size}", scribbles=16, map_layers=[2, 3]),
    losses=dict(
        photo_text=dict(type="ImageTextContrastive", image="image_embedding"),
        drawn_text=dict(type="ImageTextContrastive", image="drawn_embedding", text="drawn_text", groups="drawn_label"),
        views=dict(type="SupervisedContrastive", weight=0.5),
        own=dict(type="InstanceContrastive", weight=0.5),
        places=dict(type="DenseContrastive", weight=0.5),
    ),
)
train_dataloader = dict(batch_size=24, dataset=dict(image_size="${clip_size}", captions=True))
val_dataloader = dict(dataset=dict(image_size="${clip_size}", captions=True))
val_evaluator = [dict(type="RetrievalAccuracy", num_classes="${num_classes}")]
optim_wrapper = dict(
    type="EngineOptimWrapper", optimizer=dict(type="AdamW", lr=2e-3, weight_decay=0.05), clip_grad=dict(max_norm=1.0)
)
param_scheduler = [
    dict(type="LinearLR", start_factor=0.02, by_epoch=False, begin=0, end=20),
    dict(type="CosineAnnealingLR", by_epoch=False, begin=20, end="${clip_iters}", eta_min_ratio=0.01),
]
train_cfg = dict(max_iters="${clip_iters}", val_interval=200)
default_hooks = dict(log=dict(interval=20), checkpoint=dict(by_epoch=False, interval=200))

"""Sketches of any images, without labels or sketches of them: the image generator tuned by what a CLIP sees in its drawings.

It begins with ``sketch_flow_image``. The loss compares the middle layers of ``clip_tiny``, whose places are aligned between photos and
sketches; replayed pairs and a prior on strokes keep the drawings what they were.

Command: python tools/make_sketches.py data/sketches_all --every-class --train 100 --validation 30 --test 0 --photos data/photos
Command: python tools/train.py configs/sketch_distill_clip.py --with-companions --cfg-options image_dir=data/photos
Hardware: one CPU core, 1,000 steps of 16 images and 24 pairs (x86, AMD EPYC, shared; PyTorch 2.15), 8 to 10 minutes with company.
Expected, seeds 0 to 2, unseen classes: Chamfer distance .51 of the bootstrap's, second CLIP .08 -> .78, stroke judge .02 -> .40, gaps 1.17
times as wide (docs/distillation.md).
"""

_base_ = ["sketch_flow_image.py"]
image_dir = "data/photos"
max_iters = 1000
val_interval = 1000
warmup_iters = 20
learning_rate = 5e-4
ema_decay = 0.99
batch_size = 16
replay_ratio = 1.5
replay_weight = 1.0
clip_weight = 3.0
prior_weight = 1.0
num_augmentations = 2
joint = True
layer_weight = 1.0
embedding_weight = 0.0
token_weight = 0.0
layers = [2, 3]
model = dict(
    network=dict(type="FlowRollout", rollout=dict(sampler="euler", steps=4)),
    losses=dict(
        velocity=dict(weight="${replay_weight}"),
        clip_cosine=dict(
            type="CLIPPerceptual",
            encoder=dict(type="CLIPEncoder", trained=dict(config="configs/clip_tiny.py", checkpoint="auto")),
            canvas_size="${image_size}",
            stroke_width=0.8,
            num_augmentations="${num_augmentations}",
            joint="${joint}",
            layers="${layers}",
            layer_weight="${layer_weight}",
            embedding_weight="${embedding_weight}",
            token_weight="${token_weight}",
            weight="${clip_weight}",
        ),
        smoothness=dict(type="StrokeSmoothness", output="strokes", weight="${prior_weight}"),
        continuity=dict(type="StrokeContinuity", output="strokes", weight="${prior_weight}"),
    ),
)
train_dataloader = dict(
    _delete_=True,
    batch_size="${batch_size}",
    drop_last=True,
    dataset=dict(
        type="ImagesWithReplay",
        images=dict(type="ImageFolder", root="${image_dir}", image_size="${image_size}"),
        replay=dict(
            type="ControlSketch", root="${data_root}", split="train", num_classes="${num_classes}", image_size="${image_size}"
        ),
        replay_ratio="${replay_ratio}",
    ),
)
param_scheduler = [
    dict(type="LinearLR", by_epoch=False, start_factor=0.01, begin=0, end="${warmup_iters}"),
    dict(type="CosineAnnealingLR", by_epoch=False, begin="${warmup_iters}", end="${max_iters}", eta_min_ratio=0.1),
]
custom_hooks = [
    dict(type="InitialWeightsHook", source=dict(config="configs/sketch_flow_image.py", checkpoint="auto")),
    dict(type="EMAHook", decay="${ema_decay}"),
]
default_hooks = dict(log=dict(interval=20), checkpoint=dict(by_epoch=False, interval=50))

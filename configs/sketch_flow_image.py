"""Sketches of what an image shows: the small StrokeDiT, conditioned on the tokens of the small CLIP of ``clip_tiny``.

OpenAI's CLIP instead: encoder=dict(type="CLIPEncoder", model="ViT-B-32", pretrained="openai"), whose 50 tokens have 768 channels, and
image_size = 224.

Command: python tools/train.py configs/sketch_flow_image.py --with-companions
Hardware: one CPU core, 4,000 steps of 64 (x86, AMD EPYC, shared; PyTorch 2.15), 26 minutes with company, the small CLIP apart.
Expected, seed 0: judges' agreement with the image's class 1.00 on images not trained on, .05 and .03 without the image (docs/sketch.md).
"""

_base_ = ["_base_/runtime.py", "_base_/sketch.py", "_base_/sketch_flow.py"]
max_iters = 4000
learning_rate = 3e-3
val_interval = 2000
image_size = 64
model = dict(
    network=dict(
        backbone=dict(type="StrokeDiT", width=128, num_layers=4, num_heads=4, ffn_width=192),
        condition=dict(type="TokenCondition", channels=128, tokens=64),
        encoder=dict(
            type="CLIPEncoder", token_layer=2, trained=dict(config="configs/clip_tiny.py", checkpoint="auto")
        ),
        data_scale=2.5,
        sampling=dict(sampler="heun", steps=8, cfg_scale=1.0),
    ),
)
train_dataloader = dict(dataset=dict(image_size="${image_size}"))
val_dataloader = dict(dataset=dict(image_size="${image_size}"))
default_hooks = dict(checkpoint=dict(by_epoch=False, interval=250))

"""Sketches of what an image shows: the small StrokeDiT, conditioned on the tokens of the small CLIP of ``clip_tiny``.

``model.network.encoder="dict(type='CLIPEncoder', model='ViT-B-32', pretrained='openai')"`` with 50 tokens of 768 channels takes OpenAI's.

Command: python tools/train.py configs/sketch_flow_image.py --with-companions
"""

_base_ = ["_base_/runtime.py", "_base_/sketch.py", "_base_/sketch_flow.py"]
max_iters = 4000
learning_rate = 3e-3
val_interval = 2000
image_size = 64
model = dict(
    network=dict(
        backbone=dict(type="StrokeDiT", width=128, num_layers=4, num_heads=4, ffn_width=192),
        condition=dict(type="TokenCondition", channels=256, tokens=16),
        encoder=dict(
            type="CLIPEncoder", token_layer=-2, trained=dict(config="configs/clip_tiny.py", checkpoint="auto")
        ),
        data_scale=2.5,
        sampling=dict(sampler="heun", steps=8, cfg_scale=1.0),
    ),
)
train_dataloader = dict(dataset=dict(image_size="${image_size}"))
val_dataloader = dict(dataset=dict(image_size="${image_size}"))
default_hooks = dict(checkpoint=dict(by_epoch=False, interval=250))

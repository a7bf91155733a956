"""The inverse model at full size, on scenes bred from curated ones: DINOv2-S/14 at 252 px, held for 3 epochs, then at a tenth of the rate.

Offline, ``model.network.backbone.pretrained=False`` trains the same transformer from scratch; ``scene_inverse_small`` is for a CPU.

Command: python tools/generate_scenes.py 20000 --quality --scored references/refs-scored.jsonl --workers 8
  && python tools/train.py configs/scene_inverse_quality.py --with-companions
Hardware: a GPU; not yet run.
"""

_base_ = ["_base_/scene_inverse.py"]
data_root = "data/scene/quality"
max_epochs = 10
learning_rate = 1e-4
find_unused_parameters = True  # several processes would wait for the gradients of what FreezeHook holds
model = dict(
    network=dict(
        backbone=dict(type="TimmBackbone", model="vit_small_patch14_dinov2.lvd142m", pretrained=True, image_size=252)
    )
)
optim_wrapper = dict(paramwise_cfg=dict(custom_keys={"network.backbone": dict(lr_mult=0.1)}))
custom_hooks = [
    dict(type="LossWarmupHook", warmup=dict(image=dict(begin=0, length="${ramp_iters}"))),
    dict(type="ScenePicturesHook", companion="${proxy}", renderer="${renderer}"),
    dict(type="FreezeHook", module="network.backbone", epochs=3),
]

"""What an inverse model is asked for: every parameter, and an image that looks like the target when the proxy draws the scene.

The image's term rises over ``ramp_iters`` iterations. ``distance``: ``mse`` or ``l1``, of numbers in units of their range.
``renderer``: ``dict(type="HttpRenderer", url=..., size="${image_size}")`` asks a service instead.
"""

_base_ = ["runtime.py", "scene.py"]
distance = "mse"
ramp_iters = 2500
renderer = dict(type="SceneRenderer", size="${image_size}")
proxy = dict(config="configs/scene_forward.py", checkpoint="auto")
model = dict(
    type="Learner",
    network=dict(type="InverseModel"),
    losses=dict(
        continuous=dict(type="SceneValues", part="scene", distance="${distance}", weight=1.0),
        categorical=dict(type="SceneChoices", part="scene", weight=1.0),
        boolean=dict(type="SceneFlags", kind="scene", weight=0.5),
        layer_count=dict(type="CrossEntropy", logits="layer_count", target="layer_count", weight=1.0),
        layer=dict(type="SceneValues", part="layers", distance="${distance}", weight=0.5),
        presence=dict(type="SceneFlags", kind="presence", weight=0.3),
        overrides=dict(type="SceneFlags", kind="set", weight=0.3),
        layer_categorical=dict(type="SceneChoices", part="layers", weight=0.3),
        image=dict(type="ProxyError", companion="${proxy}", backbone="${lpips}", weight=0.5),
    ),
)
val_evaluator = [dict(type="SceneRecovery", reference="${reference}", renderer="${renderer}")]
test_evaluator = [dict(type="SceneRecovery", reference="${reference}", renderer="${renderer}", lpips="${lpips}")]
custom_hooks = [
    dict(type="LossWarmupHook", warmup=dict(image=dict(begin=0, length="${ramp_iters}"))),
    dict(type="ScenePicturesHook", companion="${proxy}", renderer="${renderer}"),
]
default_hooks = dict(checkpoint=dict(save_best="scene/foreground", rule="less"))

"""The forward proxy at full size: 11.4 M parameters draw scenes at 256 px, trained by L1 and half of LPIPS.

Command: python tools/generate_scenes.py 20000 --refs references/refs.jsonl --workers 8 && python tools/train.py configs/scene_forward.py
Hardware: a GPU; not yet run. A CPU trains ``scene_forward_small``.
"""

_base_ = ["_base_/runtime.py", "_base_/scene.py"]
model = dict(
    type="Learner",
    network=dict(type="ForwardModel", size="${image_size}"),
    losses=dict(
        l1=dict(type="MeanAbsoluteError", output="image", target="image"),
        lpips=dict(type="PerceptualError", backbone="${lpips}", weight=0.5),
    ),
)
val_evaluator = [dict(type="SceneImages", reference="${reference}")]
test_evaluator = [dict(type="SceneImages", reference="${reference}", lpips="${lpips}")]
default_hooks = dict(checkpoint=dict(save_best="scene/l1", rule="less"))

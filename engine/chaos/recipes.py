"""Shipped configs of every domain made so small that a run takes seconds: what a series of campaigns disturbs."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

SIZE = 32  # pixels of a scene
SHORT = MappingProxyType(
    {
        "train_cfg.max_epochs": None, "train_cfg.max_iters": 24, "train_cfg.val_interval": 8,
        "default_hooks.checkpoint.interval": 3, "default_hooks.checkpoint.by_epoch": False,
        "default_hooks.checkpoint.max_keep": 3, "default_hooks.log.interval": 1,
        "visualizer.vis_backends": [dict(type="LocalVisBackend")],
    }
)  # fmt: skip
CAN = {"data_root": "{can}", "train_dataloader.batch_size": 8}
GAT = {**CAN, "model.network.hidden_dim": 8, "model.network.num_layers": 2, "model.network.num_heads": 2}
VGAE = {**CAN, "model.network.hidden_dims": [16, 8], "model.network.latent_dim": 4, "model.network.num_heads": 1}
SKETCHES = {"data_root": "{sketches}", "num_classes": 3}
CLIP = {**SKETCHES, "model.network.width": 8, "model.network.scribbles": 2, "train_dataloader.batch_size": 6}
FLOW = {
    **SKETCHES, "model.network.backbone.width": 16, "model.network.backbone.num_layers": 1,
    "model.network.backbone.num_heads": 2, "model.network.backbone.ffn_width": 16, "model.network.sampling.steps": 2,
    "val_evaluator": [dict(type="SketchStatistics")], "val_dataloader.batch_size": 9, "train_dataloader.batch_size": 8,
}  # fmt: skip
IMAGES = {**FLOW, "model.network.condition.channels": 64}
SCENES = {"data_root": "{scenes}", "image_size": SIZE, "batch_size": 4, "lpips": "random"}
SEEN = "model.network.encoder.trained.config"


@dataclass(frozen=True)
class Recipe:
    """A config made small.

    Args:
        domain: whose config it is.
        config: its name below ``configs``.
        options: as ``--cfg-options``, beside ``SHORT``; ``{can}``, ``{sketches}``, ``{photos}``, ``{scenes}`` stand for data.
        companions: option that names a config -> the recipe in whose form it is trained.
    """

    domain: str
    config: str
    options: Mapping = field(default_factory=dict)
    companions: Mapping[str, str] = field(default_factory=dict)

    def data(self) -> set[str]:
        """The names of the data it needs."""
        return {value[1:-1] for value in self.options.values() if isinstance(value, str) and value.startswith("{")}


COMPANIONS = {
    # Long enough to be above chance, as a teacher must be.
    "gat teacher": Recipe(
        "can", "gat_teacher_normal", {**GAT, "train_cfg.max_iters": 120, "train_cfg.val_interval": 60}
    ),
    "vgae teacher": Recipe("can", "vgae_teacher_autoencoder", VGAE),
    "clip": Recipe("sketch", "clip_tiny", CLIP),
    "image generator": Recipe("sketch", "sketch_flow_image", IMAGES, {SEEN: "clip"}),
}
CAMPAIGNS = {
    "text": Recipe("text", "minigpt", {"train_dataloader.batch_size": 8}),
    "can-classifier": Recipe(
        "can", "gat_student_curriculum_kd", GAT,
        {"custom_hooks.KDHook.teacher.config": "gat teacher", "custom_hooks.CurriculumHook.scorer.config": "vgae teacher"},
    ),
    "can-autoencoder": Recipe(
        "can", "vgae_student_autoencoder_kd", VGAE, {"custom_hooks.KDHook.teacher.config": "vgae teacher"}
    ),
    "can-fusion": Recipe(
        "can", "dqn_fusion", {**CAN, "hidden": [8, 8]},
        {"model.network.gat.config": "gat teacher", "model.network.vgae.config": "vgae teacher"},
    ),
    "sketch-generator": Recipe("sketch", "sketch_flow_small", FLOW),
    "sketch-distillation": Recipe(
        "sketch", "sketch_distill_clip", {**IMAGES, "image_dir": "{photos}", "train_dataloader.batch_size": 3},
        {
            SEEN: "clip", "model.losses.clip_cosine.encoder.trained.config": "clip",
            "custom_hooks.InitialWeightsHook.source.config": "image generator",
        },
    ),
    "scene-proxy": Recipe(
        "scene", "scene_forward_small",
        {**SCENES, "model.network.hidden": 16, "model.network.width": 16, "model.network.attention_at": 16},
    ),
    "scene-inverse": Recipe(
        "scene", "scene_inverse_small",
        {
            **SCENES, "model.network.backbone": dict(type="SceneResNet", width=4, features=16, image_size=SIZE),
            "model.network.hidden": 16, "custom_hooks.LossWarmupHook.warmup": dict(image=dict(begin=4, length=8)),
        },
        {"proxy.config": "scene-proxy"},
    ),
    "latent": Recipe(
        "latent", "phase1_quick_test",
        {
            "num_sentences": 60, "val_dataloader.batch_size": 10, "train_dataloader.batch_size": 4,
            "model.network.vocabulary": 512, "model.network.width": 32, "model.network.num_layers": 1,
            "model.network.num_heads": 2, "model.network.ffn_width": 32, "model.network.head_width": 16,
            "model.network.head_ffn_width": 16,
        },
    ),
}  # fmt: skip

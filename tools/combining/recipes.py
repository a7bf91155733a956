"""How each network is trained for two steps in seconds: its config, its data, and the smallest sizes that it takes."""

from dataclasses import dataclass, field
from pathlib import Path

from stillhouse.engine.config import Experiment, load_config
from stillhouse.engine.errors import ConfigError

from .architecture import architecture_of
from .data import CLASSES, SIZE, write_data


@dataclass(frozen=True)
class Recipe:
    """How one network is trained for two steps.

    Args:
        config: stem of the shipped config.
        data: option of the config -> data set that is made for it; see ``data.WRITERS``.
        options: of this config and of any other that trains the network, as ``--cfg-options``.
        teacher: stem of the config that trains its teachers; the same config by default.
        losses: of distillation, where neither the config nor the network names any.
        compiled_with: the distillation with which the network is also compiled, which takes long.
    """

    config: str
    data: dict[str, str]
    options: dict = field(default_factory=dict)
    teacher: str | None = None
    losses: dict | None = None
    compiled_with: str = "KD"

    @property
    def taught_by(self) -> str:
        """Stem of the teachers' config."""
        return self.teacher or self.config


CAN = {"data_root": "can_synthetic"}
SKETCHES = {"data_root": "sketches"}
SCENES = {"data_root": "scenes"}

SMALL_BATCHES = {"train_dataloader.batch_size": 4, "val_dataloader.batch_size": 6}
THREE_CLASSES = {"num_classes": len(CLASSES), **SMALL_BATCHES}
FLOW = {
    "model.network.backbone.width": 16, "model.network.backbone.num_layers": 1, "model.network.backbone.num_heads": 2,
    "model.network.backbone.ffn_width": 16, "model.network.sampling.steps": 2,
    "val_evaluator": [dict(type="SketchStatistics")],
}  # fmt: skip
IMAGE_FLOW = {**FLOW, "model.network.condition.channels": 64, "num_classes": len(CLASSES)}
SCENE = {"image_size": SIZE, "batch_size": 4, "val_dataloader.batch_size": 4, "lpips": "random"}

RECIPES = {
    "ContrastiveCLIP": Recipe(
        "clip_tiny",
        SKETCHES,
        {**THREE_CLASSES, "model.network.width": 8, "model.network.scribbles": 2},
        compiled_with="no KD",
    ),
    "FeedbackInverse": Recipe(
        "scene_inverse_feedback",
        SCENES,
        {
            **SCENE, "batch_size": 2, "model.network.rounds": 1, "model.network.candidates": 1, "model.network.width": 4,
            "model.network.practised": 2, "model.network.others": 1,
        },
        compiled_with="no KD",
    ),
    "FlowMatching(StrokeDecoder, ClassCondition)": Recipe("sketch_flow", SKETCHES, {**THREE_CLASSES, **FLOW}),
    "FlowMatching(StrokeDiT, ClassCondition)": Recipe("sketch_flow_small", SKETCHES, {**THREE_CLASSES, **FLOW}),
    "FlowMatching(StrokeDiT, TokenCondition, CLIPEncoder)": Recipe(
        "sketch_flow_image", SKETCHES, {**IMAGE_FLOW, **SMALL_BATCHES}
    ),
    "FlowMatching(StrokeDiT, Unconditional)": Recipe(
        "sketch_flow_sheep",
        {"drawings": "scribbles.npz"},
        {**SMALL_BATCHES, **FLOW, "train_dataloader.dataset.max_error": 1.0, "val_dataloader.dataset.max_error": 1.0},
    ),
    "FlowRollout(StrokeDiT, TokenCondition, CLIPEncoder)": Recipe(
        "sketch_distill_clip",
        {**SKETCHES, "image_dir": "photos"},
        {**IMAGE_FLOW, "batch_size": 2, "val_dataloader.batch_size": 6, "num_augmentations": 1},
    ),
    "ForwardModel": Recipe(
        "scene_forward_small",
        SCENES,
        {**SCENE, "model.network.hidden": 16, "model.network.width": 16, "model.network.attention_at": 16},
        losses=dict(image=dict(type="OutputMatch", output="image")),
    ),
    "FusionAgent": Recipe("dqn_fusion", CAN, {"train_dataloader.batch_size": 8}, compiled_with="no KD"),
    "GAT": Recipe(
        "gat_student_curriculum_kd",
        CAN,
        {"model.network.hidden_dim": 8, "model.network.num_layers": 2, "model.network.num_heads": 2, **SMALL_BATCHES},
        teacher="gat_teacher_normal",
    ),
    "InverseModel(SceneResNet)": Recipe(
        "scene_inverse_small",
        SCENES,
        {**SCENE, "model.network.hidden": 16, "model.network.backbone.width": 4, "model.network.backbone.features": 16},
        losses=dict(scene=dict(type="OutputMatch", output="logits", kind="bernoulli")),
    ),
    "InverseModel(TimmBackbone)": Recipe(
        "scene_inverse_quality",
        SCENES,
        {
            **SCENE, "model.network.hidden": 16,
            "model.network.backbone": dict(type="TimmBackbone", model="test_vit", pretrained=False, image_size=SIZE),
        },
        losses=dict(scene=dict(type="OutputMatch", output="logits", kind="bernoulli")),
    ),
    "MiniGPT": Recipe(
        "minigpt", {}, {"vocabulary": 300, "model.network.width": 16, "model.network.num_layers": 1, **SMALL_BATCHES}
    ),
    "PreferenceFlow(StrokeDiT, ClassCondition)": Recipe(
        "sketch_flow_dpo",
        {**SKETCHES, "preferences": "preferences"},
        {
            **FLOW, "num_classes": len(CLASSES), "batch_size": 4, "val_dataloader.batch_size": 6,
            "val_evaluator": [
                dict(
                    type="PreferenceStatistics",
                    reference=dict(config="configs/sketch_flow_small.py", checkpoint="auto"),
                    beta=100.0,
                )
            ],
        },
        teacher="sketch_flow_small",
    ),
    "StrokeImageClassifier": Recipe("sketch_judge_raster", SKETCHES, {**THREE_CLASSES, "model.network.width": 8}),
    "StrokePointClassifier": Recipe("sketch_judge_points", SKETCHES, {**THREE_CLASSES, "model.network.width": 16}),
    "TextToGrid": Recipe(
        "phase1_reduced",
        {},
        {
            "num_sentences": 100, "train_dataloader.batch_size": 4, "val_dataloader.batch_size": 10,
            "model.network.width": 32, "model.network.head_width": 32, "model.network.ffn_width": 32,
        },
    ),
    "VGAE": Recipe(
        "vgae_student_autoencoder_kd",
        CAN,
        {
            "model.network.hidden_dims": [16, 8], "model.network.latent_dim": 8, "model.network.num_heads": 2,
            **SMALL_BATCHES,
        },
        teacher="vgae_teacher_autoencoder",
    ),
}  # fmt: skip


def recipe_of(architecture: str, config: str) -> Recipe:
    """The recipe of a network.

    Args:
        architecture: see ``architecture``.
        config: of the config that trains it, for the message.

    Raises:
        ConfigError: there is none yet.
    """
    if architecture not in RECIPES:
        raise ConfigError(
            [
                f"{config}: its network {architecture} has no recipe, so no combination of it is tried; add one to RECIPES in "
                "tools/combining/recipes.py"
            ]
        )
    return RECIPES[architecture]


def small(config: str, root: Path, **changes) -> Experiment:
    """A shipped config at its network's smallest size, on generated data below ``root``.

    Args:
        config: its stem.
        root: folder of the cross: data sets, runs, and what else there is.
        **changes: further options.

    Raises:
        ConfigError: its network has no recipe.
    """
    path = f"configs/{config}.py"
    recipe = recipe_of(architecture_of(load_config(path)), path)
    options = {**recipe.options, "work_root": str(root / "companions")}
    known = load_config(path)
    if "cache_dir" in known.variables:
        options["cache_dir"] = str(root / "cache")
    for option, name in recipe.data.items():
        if option in known.cfg:
            options[option] = str(write_data(name, root / "data"))
    return load_config(path, {**options, **changes})

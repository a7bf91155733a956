"""Every shipped training config in tiny form: generated data, small networks, four iterations; all else as it is shipped."""

from collections.abc import Callable
from functools import cached_property
from pathlib import Path

import experiments
import numpy as np
from can_experiments import write
from scene_toys import SIZE, write_scenes

from stillhouse.datasets.can.synthetic import generate
from stillhouse.datasets.sketch import synthetic
from stillhouse.datasets.sketch.photos import write_photos
from stillhouse.engine.config import Experiment, load_config
from stillhouse.engine.misspelling.campaign import experiments_in
from stillhouse.engine.preferences import rounds

ROOT = Path(__file__).resolve().parents[1]
NAMES = [path.stem for path in experiments_in(ROOT / "configs")]
SHORT = {
    "train_cfg.max_epochs": None, "train_cfg.max_iters": 4, "train_cfg.val_interval": 2,
    "default_hooks.checkpoint.interval": 2, "default_hooks.checkpoint.by_epoch": False, "default_hooks.checkpoint.max_keep": 3,
    "default_hooks.log.interval": 1, "visualizer.vis_backends": [dict(type="LocalVisBackend")],
}  # fmt: skip
GAT = {"model.network.hidden_dim": 8, "model.network.num_layers": 2, "model.network.num_heads": 2}
VGAE = {"model.network.hidden_dims": [16, 8], "model.network.latent_dim": 4, "model.network.num_heads": 1}
BODIES = {
    "gat_teacher_normal": "model = dict(network=dict(hidden_dim=8, num_layers=2, num_heads=2))",
    "vgae_teacher_autoencoder": "model = dict(network=dict(hidden_dims=[16, 8], latent_dim=4, num_heads=1))",
}
FLOW = {
    "model.network.backbone.width": 16, "model.network.backbone.num_layers": 1, "model.network.backbone.num_heads": 2,
    "model.network.backbone.ffn_width": 16, "model.network.sampling.steps": 2,
    "val_evaluator": [dict(type="SketchStatistics")], "val_dataloader.batch_size": 9,
}  # fmt: skip
CLIP = {"model.network.width": 8, "model.network.scribbles": 2, "train_dataloader.batch_size": 6}
LATENT = {
    "num_sentences": 60, "val_dataloader.batch_size": 10, "train_dataloader.batch_size": 4, "model.network.vocabulary": 512,
    "model.network.width": 32, "model.network.num_layers": 1, "model.network.num_heads": 2, "model.network.ffn_width": 32,
    "model.network.head_width": 16, "model.network.head_ffn_width": 16,
}  # fmt: skip
PROXY = {"model.network.hidden": 16, "model.network.width": 16, "model.network.attention_at": 16}
INVERSE = {
    "model.network.backbone": dict(type="SceneResNet", width=4, features=16, image_size=SIZE),
    "model.network.hidden": 16, "renderer": dict(type="ToyRenderer", size=SIZE),
}  # fmt: skip
RAMP = {"custom_hooks.LossWarmupHook.warmup": dict(image=dict(begin=1, length=2))}


class TinyRuns:
    """The options that make each shipped config tiny; what a config needs is generated and trained when it is first asked for.

    Args:
        folder: for data and companions.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def experiment(self, name: str, work_dir: Path) -> Experiment:
        """A config, to be trained in ``work_dir``."""
        return load_config(ROOT / "configs" / f"{name}.py", {**self.options(name), "work_dir": str(work_dir)})

    def options(self, name: str) -> dict:
        """What makes a config tiny.

        Raises:
            LookupError: a config that nothing here is known of.
        """
        own = self._recipe(name)
        if own is None:
            raise LookupError(f"configs/{name}.py: tests/shipped_runs.py says nothing of it; add how it becomes tiny")
        return {"work_root": str(self.folder / "runs"), **SHORT, **own()}

    def _recipe(self, name: str) -> Callable[[], dict] | None:
        families = {"phase1": lambda: self.latent(name), "scene": lambda: self.scene(name)}
        families |= {kind: lambda: self.can(name) for kind in ("gat", "vgae", "dqn")}
        families |= {"sketch": lambda: self.sketch(name), "clip": lambda: self.clip(name), "minigpt": dict}
        return families.get(name.split("_")[0])

    # Networks that others need

    def trained(self, name: str, **more) -> str:
        """The config of a shipped config's tiny run, which is trained where that has not been done."""
        work_dir = self.folder / "runs" / name
        if not (work_dir / "result.json").exists():
            experiments.train(self.experiment(name, work_dir))
        return str(work_dir / "config.py")

    def source(self, name: str) -> dict:
        """A reference to it."""
        return dict(config=self.trained(name), checkpoint="auto")

    @cached_property
    def can_root(self) -> Path:
        root = self.folder / "can_synthetic"
        generate(root, seed=0, size="test")
        return root

    def detector(self, name: str) -> dict:
        """A reference to a small trained detector."""
        path = self.folder / f"{name}.py"
        if not path.exists():
            short = "train_dataloader = dict(batch_size=8)\ntrain_cfg = dict(max_epochs=None, max_iters=2)\n"
            body = f'{BODIES[name]}\n{short}work_root = "{self.folder}/runs"\n'
            experiments.train(write(self.folder, name, name, self.can_root, body))
        return dict(config=str(path), checkpoint="auto")

    def can(self, name: str) -> dict:
        """CAN: a synthetic data set, small detectors."""
        common = {
            "data_root": str(self.can_root), "cache_dir": str(self.folder / "cache"), "train_dataloader.batch_size": 8,
        }  # fmt: skip
        if name.startswith("dqn"):
            fused = {f"model.network.{kind}": self.detector(of) for kind, of in zip(("gat", "vgae"), BODIES)}
            return {**common, **fused, "hidden": [8, 8]}
        kind, teacher = (GAT, "gat_teacher_normal") if name.startswith("gat") else (VGAE, "vgae_teacher_autoencoder")
        hooks = {}
        if "curriculum" in name:
            hooks["custom_hooks.CurriculumHook.scorer"] = self.detector("vgae_teacher_autoencoder")
        if name.endswith("_kd"):
            hooks["custom_hooks.KDHook.teacher"] = self.detector(teacher)
            hooks["custom_hooks.KDHook.measure_teacher"] = False  # after two steps it may be at chance
        return {**common, **kind, **hooks}

    # Sketches

    @cached_property
    def sketches(self) -> dict:
        tasks = synthetic.plan(self.folder / "sketches", 8, 6, 0, ["cat", "house", "star"], 0)
        for task in tasks:
            synthetic.write(task)
        write_photos([task.path for task in tasks][:6], self.folder / "photos")
        return {"data_root": str(self.folder / "sketches"), "num_classes": 3}

    def data_of(self, name: str) -> dict:
        """The sketches, under the names by which a config knows them."""
        if name == "clip_judge" or name.endswith("_all"):
            return {"judge_root": self.sketches["data_root"], "judge_classes": 3}
        return self.sketches

    def clip(self, name: str) -> dict:
        """Small CLIPs."""
        return {**self.data_of(name), **CLIP}

    def sketch(self, name: str) -> dict:
        """Sketches: three synthetic classes; generators are judged without judges."""
        if name.startswith("sketch_judge"):
            return {**self.data_of(name), "train_dataloader.batch_size": 8}
        if name == "sketch_flow_sheep":
            return {"drawings": str(self.drawings), "train_dataloader.batch_size": 8, **FLOW}
        if name.startswith("sketch_flow_dpo"):
            return self.preferences()
        own = {**self.sketches, **FLOW, "train_dataloader.batch_size": 8}
        if name == "sketch_flow_priors":
            spans = {loss: dict(begin=1, length=2) for loss in ("continuity", "degeneracy", "pixels")}
            own["custom_hooks.InitialWeightsHook.source"] = self.source("sketch_flow_small")
            own["custom_hooks.LossWarmupHook.warmup"] = spans
        return own | self._of_images(name)

    def _of_images(self, name: str) -> dict:
        if name != "sketch_flow_image" and not name.startswith("sketch_distill"):
            return {}
        clip = self.source("clip_tiny")
        own = {"model.network.condition.channels": 64, "model.network.encoder.trained": clip}
        if name.startswith("sketch_distill"):
            own |= {
                "image_dir": str(self.folder / "photos"), "train_dataloader.batch_size": 3,
                "custom_hooks.InitialWeightsHook.source": self.source("sketch_flow_image"),
                "model.losses.clip_cosine.encoder.trained": clip,
            }  # fmt: skip
        return own

    @cached_property
    def drawings(self) -> Path:
        """Twelve scribbles of two lines in sketch-rnn's form, in each split."""
        rng, path = np.random.default_rng(0), self.folder / "drawings.npz"
        splits = {}
        for split in ("train", "valid", "test"):
            splits[split] = np.empty(12, object)
            for number in range(12):
                moves = rng.integers(-20, 20, (24, 3))
                moves[:, 2] = np.arange(24) % 12 == 11
                splits[split][number] = moves.astype(np.int16)
        np.savez(path, **splits)
        return path

    def preferences(self) -> dict:
        """Twelve simulated answers to pairs from a small generator."""
        base = Path(self.trained("sketch_flow_small"))
        plan = rounds.Plan(base.parent, self.folder / "rounds", pairs=12, annotator=dict(rule="short"))
        rounds.collect(plan, 1, lambda line: None)
        tiny = {key: value for key, value in FLOW.items() if key.startswith("model.")}
        store = {"preferences": str(plan.store), "base_config": str(base), "num_classes": 3}
        return {**tiny, **store, "train_dataloader.batch_size": 4}

    # Scenes and latents

    @cached_property
    def scenes(self) -> Path:
        return write_scenes(self.folder / "scenes", 60)

    def scene(self, name: str) -> dict:
        """Scenes that a toy draws; random features in the place of LPIPS."""
        common = {"data_root": str(self.scenes), "image_size": SIZE, "batch_size": 4, "lpips": "random"}
        if name.startswith("scene_forward"):
            return {**common, **PROXY}
        if name == "scene_inverse_feedback":
            rounds = {"model.network.rounds": 1, "model.network.candidates": 1, "model.network.width": 4}
            return {**common, **rounds, "model.network.start": self.source("scene_inverse_small")}
        if name == "scene_inverse_small":
            return {**common, **INVERSE, **RAMP, "proxy": self.source("scene_forward_small")}
        backbone = {"model.network.backbone": {**INVERSE["model.network.backbone"], "_delete_": True}}
        return {**common, **INVERSE, **RAMP, **backbone, "proxy": self.source("scene_forward")}

    def latent(self, name: str) -> dict:
        """Sentences in memory."""
        return LATENT | ({"train_dataloader.num_workers": 0} if name == "phase1_full" else {})

"""The stages of a round, each made of the plan, the round's references and what the stages before it left."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from ...checkpoint import chosen
from .fingerprint import choices_digest, config_digest, explored_digest, file_digest, run_digest, scenes_digest
from .plan import Plan
from .stage import Finished, Stage

SCORED = "refs-scored.jsonl"
EXPLORED = "explore"


@dataclass
class Given:
    """What stages are made of.

    Attributes:
        plan: of the cycle.
        number: of the round, from 1.
        refs: the round's references, which nobody changes.
        done: what the stages before left, by their names.
    """

    plan: Plan
    number: int
    refs: Path
    done: dict[str, Finished] = field(default_factory=dict)

    @property
    def refs_digest(self) -> str | None:
        """Of the references."""
        return file_digest(self.refs)


def coverage(given: Given) -> Stage:
    """Scenes for the proxy."""
    plan = given.plan
    refs = ["--refs", str(given.refs)] if plan.coverage != "random" else []
    inputs = {
        "drawn": plan.coverage, "scenes": plan.scenes, "size": plan.size, "seed": plan.seed,
        "references": given.refs_digest if refs else None,
    }  # fmt: skip
    arguments = [*_drawing(plan, plan.scenes), *(["--vary"] if plan.coverage == "varied" else []), *refs]
    return Stage("coverage", inputs, "generate_scenes", tuple(arguments), "--out", "scenes", scenes_digest)


def forward(given: Given) -> Stage:
    """The proxy."""
    data, options = given.done["coverage"], given.plan.forward_options
    inputs = {"config": config_digest(given.plan.forward, options), "data": data.digest}
    return _training("forward", given.plan.forward, inputs, [f"data_root={data.output}", *options])


def scores(given: Given) -> Stage:
    """The references, the best first."""
    plan = given.plan
    people = plan.scorer == "human"
    inputs = {"references": given.refs_digest, "scorer": plan.scorer}
    inputs |= {"choices": choices_digest(plan.choices)} if people else {}
    arguments = [
        "--refs",
        str(given.refs),
        "--scorer",
        plan.scorer,
        *(["--store", str(plan.choices)] if people else []),
    ]
    return Stage("scores", inputs, "score_refs", tuple(arguments), "--out", SCORED, file_digest)


def quality(given: Given) -> Stage:
    """Scenes for the inverse model, bred from the best references."""
    plan, scored = given.plan, given.done["scores"]
    inputs = {"scores": scored.digest, "scenes": plan.quality, "size": plan.size, "seed": plan.seed}
    arguments = [*_drawing(plan, plan.quality), "--quality", "--scored", str(scored.output)]
    return Stage("quality", inputs, "generate_scenes", tuple(arguments), "--out", "scenes", scenes_digest)


def inverse(given: Given) -> Stage:
    """The inverse model, trained beside the proxy."""
    data, proxy, options = given.done["quality"], given.done["forward"], given.plan.inverse_options
    inputs = {"config": config_digest(given.plan.inverse, options), "data": data.digest, "proxy": proxy.digest}
    named = [f"proxy.config={given.plan.forward}", f"proxy.checkpoint={chosen(proxy.output)}"]
    changed = [f"data_root={data.output}", *named, *options]
    return _training("inverse", given.plan.inverse, inputs, changed)


def explore(given: Given) -> Stage:
    """New scenes; every round breeds others."""
    plan, scored, proxy = given.plan, given.done["scores"], given.done["forward"]
    seed = plan.seed + given.number - 1
    inputs = {
        "references": given.refs_digest, "scores": scored.digest, "candidates": plan.candidates, "count": plan.count,
        "features": plan.features, "proxy": proxy.digest if plan.drawn_by == "proxy" else None, "seed": seed, "size": plan.size,
    }  # fmt: skip
    arguments = ["-n", plan.count, "--candidates", plan.candidates, "--refs", given.refs, "--scored", scored.output]
    arguments += ["--seed", seed, "--size", plan.size, "--score-with", plan.drawn_by]
    arguments += ["--proxy", proxy.output] if plan.drawn_by == "proxy" else []
    arguments += ["--features", plan.features] if plan.features else []
    texts = tuple(map(str, arguments))
    return Stage("explore", inputs, "explore", texts, "--out", EXPLORED, explored_digest, verdict=True)


STAGES: dict[str, Callable[[Given], Stage]] = {
    "coverage": coverage, "forward": forward, "scores": scores, "quality": quality, "inverse": inverse, "explore": explore,
}  # fmt: skip
NEEDS: dict[str, tuple[str, ...]] = {
    "coverage": (), "forward": ("coverage",), "scores": (), "quality": ("scores",), "inverse": ("quality", "forward"),
    "explore": ("scores", "forward"),
}  # fmt: skip


def _drawing(plan: Plan, count: int) -> list[str]:
    return [str(count), "--size", str(plan.size), "--seed", str(plan.seed), "--workers", str(plan.workers)]


def _training(name: str, config: str, inputs: dict, options: list[str]) -> Stage:
    arguments = (config, "--resume", "--cfg-options", *options)
    return Stage(name, inputs, "train", arguments, "--work-dir", "run", run_digest)

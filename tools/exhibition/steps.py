"""What ``make gallery`` does before it draws: data and runs that are missing, one command after another."""

import subprocess
import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from stillhouse.engine.command import VERDICT
from stillhouse.engine.config import load_config
from stillhouse.engine.run_folder import RESULT

DEMO = Path("work_dirs/demo")
TESTED_DEMO = DEMO / "automotive/can_synthetic/supervised/gat/student/with-kd/curriculum/test_scores.npz"
SCENES = 6000


@dataclass(frozen=True)
class Step:
    """One command.

    Attributes:
        domain: that needs it.
        command: a tool of this project and its arguments.
        result: a file that is there once it is done; None where the command itself knows what is left to do.
    """

    domain: str
    command: tuple[str, ...]
    result: Path | None = None

    @property
    def text(self) -> str:
        """As it is typed."""
        return f"python tools/{' '.join(self.command)}"

    @property
    def is_done(self) -> bool:
        """Whether its result is there."""
        return self.result is not None and self.result.is_file()


def steps(refs: Path, domains: Sequence[str]) -> list[Step]:
    """The commands of some domains in their order.

    Args:
        refs: reference scenes; where there are none, scenes are drawn at random and none are bred.
        domains: names.
    """
    known = refs.is_file()
    varied = ("--vary", "--refs", str(refs)) if known else ()
    found = [
        Step("can", ("demo.py",), TESTED_DEMO),
        Step("sketch", ("make_sketches.py", "data/sketches")),
        _train("sketch", "sketch_flow_small"),
        Step("sketch", ("preference_rounds.py", "work_dirs/sketch_flow_small", "--rule", "curved", "--pairs", "200"),
             Path("work_dirs/preference_rounds/rounds.json")),
        Step("sketch", ("make_sketches.py", "data/sketches_all", "--every-class", "--train", "100", "--validation", "30",
                        "--test", "0", "--photos", "data/photos")),
        _train("sketch", "sketch_distill_clip", "image_dir=data/photos"),
        Step("scene", ("generate_scenes.py", str(SCENES), *varied, "--size", "64", "--out", "data/scene_demo")),
        _train("scene", "scene_forward_small"),
        _train("scene", "scene_inverse_small"),
        _train("scene", "scene_inverse_feedback"),
        _train("latent", "phase1_quick_test"),
        _train("minigpt", "minigpt"),
    ]  # fmt: skip
    if known:
        found.insert(-2, Step("scene", ("explore.py", "-n", "24", "--refs", str(refs))))
    return [step for step in found if step.domain in domains]


def run_steps(wanted: Iterable[Step], say: Callable[[str], None] = print) -> list[Step]:
    """Run what is not done yet; a command that fails does not keep the others from their turn.

    Returns:
        those that failed. One that ran to its end and was not content with what it found has not.
    """
    wanted, failed = list(wanted), []
    for number, step in enumerate(wanted, 1):
        if step.is_done:
            say(f"[{number}/{len(wanted)}] done before: {step.text}")
            continue
        say(f"[{number}/{len(wanted)}] {step.text}")
        script = Path(__file__).resolve().parent.parent / step.command[0]
        status = subprocess.run([sys.executable, str(script), *step.command[1:]]).returncode
        if status == VERDICT:
            say(f"its own verdict is FAIL: {step.text}")
        elif status:
            failed.append(step)
    return failed


def _train(domain: str, name: str, *options: str) -> Step:
    config = f"configs/{name}.py"
    given = ("--cfg-options", *options) if options else ()
    command = ("train.py", config, "--with-companions", "--resume", *given)
    return Step(domain, command, Path(load_config(config).work_dir) / RESULT)

"""The top level of a config: which keys there are, which belong together, and the plain values among them."""

import inspect
from difflib import get_close_matches
from typing import Literal

from mmengine.config import Config
from mmengine.runner import Runner
from mmengine.runner.runner import set_multi_processing

from ..config import REFERENCE, Experiment, variables_below, walk
from .components import check_call, check_keys
from .problems import Problems, fix
from .values import mismatch

RUNNER_KEYS = tuple(name for name in inspect.signature(Runner.__init__).parameters if name not in ("self", "cfg"))
OWN_KEYS = (
    "run",
    "work_root",
    "config_file",
    "compile",
    "find_unused_parameters",
    "custom_imports",
    "model_wrapper_cfg",
)
KNOWN = (*RUNNER_KEYS, *OWN_KEYS)
# In the config that a run records its references are resolved, so only a value's kind and a name's spelling tell a variable
# from a mistake.
VARIABLE = (str, int, float, type(None))
CLOSE = 0.8
REQUIRED = ("model", "train_dataloader", "train_cfg", "optim_wrapper")
SEEDS = 2**32  # NumPy's generator takes no other
ENVIRONMENT = ("cudnn_benchmark", "mp_cfg", "dist_cfg", "resource_limit")
SCALING = ("enable", "base_batch_size")
PLAIN = {
    "work_dir": str | None,
    "work_root": str,
    "config_file": str,
    "compile": bool,
    "find_unused_parameters": bool,
    "custom_imports": dict | None,
    "load_from": str | None,
    "resume": bool,
    "launcher": Literal["none", "pytorch", "slurm", "mpi"],
    "log_level": Literal["DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"],
    "default_scope": str,
    "experiment_name": str | None,
    "env_cfg": dict,
    "randomness": dict,
    "auto_scale_lr": dict | None,
    "run": dict,
}


def check_top_level(problems: Problems, experiment: Experiment, cfg: dict) -> None:
    """Check the keys at the top of a config and the values that are no components."""
    unknown = [key for key in cfg if key not in KNOWN and key not in experiment.variables]
    if unknown:
        _report_unknown(problems, experiment, {key: cfg[key] for key in unknown})
    for key, annotation in PLAIN.items():
        wrong = mismatch(cfg[key], annotation) if key in cfg else None
        if wrong:
            problems.add(key, wrong)
    _check_presence(problems, cfg)
    _check_plain_dicts(problems, cfg)


def _report_unknown(problems: Problems, experiment: Experiment, unknown: dict) -> None:
    text = Config.fromfile(str(experiment.path), lazy_import=False).text
    # A variable of a base config stays one where the references to it were replaced.
    variables = {name.split(".")[0] for name in REFERENCE.findall(text)} | set(experiment.variables)
    # A base config that companions share may hold a variable that only they refer to.
    variables |= variables_below(experiment.cfg)
    for key, value in unknown.items():
        recorded = (
            not variables and isinstance(value, VARIABLE) and not get_close_matches(str(key), KNOWN, cutoff=CLOSE)
        )
        if key not in variables and not recorded:
            deeper = _deeper(experiment, key) if key in experiment.options else None
            advice = f" Did you mean {deeper!r}?" if deeper else _advice(key, (*KNOWN, *variables))
            problems.add(key, f"unknown top-level key.{advice}", whole=True)


def _deeper(experiment: Experiment, key: str) -> str | None:
    """The dotted path of the first entry of that name below the top."""
    below = walk(experiment.cfg.to_dict())
    return next((f"{path}.{key}" for path, value in below if path and key in value), None)


def _advice(key: str, known: tuple[str, ...]) -> str:
    near = fix(key, known)
    return near if "Did you mean" in near else f' If it is a variable, refer to it as "${{{key}}}", or take it out.'


def _check_presence(problems: Problems, cfg: dict) -> None:
    for key in REQUIRED:
        if cfg.get(key) is None:
            problems.add(key, "missing; training needs it")
    loop = cfg.get("train_cfg")
    if isinstance(loop, dict) and loop.get("type") == "TrainLoop":
        epochs, iterations = loop.get("max_epochs"), loop.get("max_iters")
        if (epochs is None) == (iterations is None):
            problems.add(
                "train_cfg",
                f"got max_epochs={epochs}, max_iters={iterations}, expected exactly one of them",
                whole=True,
            )
    for phase in ("val", "test"):
        keys = [f"{phase}_dataloader", f"{phase}_cfg", f"{phase}_evaluator"]
        absent = [key for key in keys if cfg.get(key) is None]
        if 0 < len(absent) < len(keys):
            there = ", ".join(key for key in keys if key not in absent)
            for key in absent:
                problems.add(key, f"missing, but there is {there}; give {', '.join(keys)}, or none of them")


def _check_plain_dicts(problems: Problems, cfg: dict) -> None:
    environment, randomness = cfg.get("env_cfg"), cfg.get("randomness")
    if isinstance(environment, dict):
        check_keys(problems, "env_cfg", environment, ENVIRONMENT)
        if isinstance(environment.get("mp_cfg"), dict):
            given = ("distributed",)
            check_call(problems, "env_cfg.mp_cfg", set_multi_processing, environment["mp_cfg"], refused=given)
    if isinstance(randomness, dict):
        check_call(problems, "randomness", Runner.set_randomness, randomness, given=("self",), refused=("self",))
        if randomness.get("diff_rank_seed"):
            problems.add(
                "randomness.diff_rank_seed",
                "got True, but processes cut one order of samples, the seed's; take it out, their random draws differ anyway",
            )
    # Where there is a dict without one, the missing argument has been reported.
    seed = randomness.get("seed", 0) if isinstance(randomness, dict) else None
    if type(seed) is not int or not 0 <= seed < SEEDS:
        problems.add(
            "randomness.seed",
            f"got {seed!r}, expected an int from 0 to {SEEDS - 1}: without a seed a stopped run would not go on as it began",
        )
    if isinstance(cfg.get("auto_scale_lr"), dict):
        check_keys(problems, "auto_scale_lr", cfg["auto_scale_lr"], SCALING)

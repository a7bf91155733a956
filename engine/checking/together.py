"""What hooks say of each other and of how the run is started: what cannot be combined, and why."""

import os
import shutil

import torch

from ...registry import HOOKS
from .declared import argument, known_class
from .hooks import hooks_of
from .problems import Problems, shown


def check_together(problems: Problems, cfg: dict, processes: int = 1) -> None:
    """Check what single components cannot know.

    A hook class may say in ``only_once`` why a second one of it does harm, in ``only_alone`` why it cannot train in several
    processes, and in ``holds`` the argument that, where it is not 0, has it keep parameters from their gradients for a while.

    Args:
        problems: receives what is wrong.
        cfg: the config as a plain dict.
        processes: how many will train together.
    """
    seen: set = set()
    for path, hook in hooks_of(cfg):
        component = known_class(HOOKS, hook)
        once, alone = getattr(component, "only_once", None), getattr(component, "only_alone", None)
        if once and component in seen:
            problems.add(path, f"a second {shown(component)}: {once}")
        if alone and processes > 1:
            problems.add(path, f"{shown(component)} cannot train in {processes} processes: {alone}")
        if processes > 1 and _holds(component, hook) and not _may_be_unused(cfg):
            problems.add(
                path,
                f"{shown(component)} keeps parameters without gradients, for which {processes} processes would wait; set "
                "find_unused_parameters=True",
            )
        seen.add(component)
    if cfg.get("compile") is True and not torch.cuda.is_available() and not _has_compiler():
        problems.add(
            "compile",
            "got True, but no C++ compiler is there (looked for $CXX, g++, clang++); install one, or take it out",
        )


def _holds(component, hook: dict) -> bool:
    name = getattr(component, "holds", None)
    return bool(name and argument(component, hook, name))


def _may_be_unused(cfg: dict) -> bool:
    """Whether DDP looks for parameters without gradients; other wrappers have their own ways."""
    return bool(cfg.get("find_unused_parameters") or cfg.get("model_wrapper_cfg"))


def _has_compiler() -> bool:
    return any(shutil.which(name) for name in (os.environ.get("CXX"), "g++", "clang++") if name)

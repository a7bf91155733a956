"""Values that an optimizer refuses, such as a negative learning rate: it is asked, before it has any parameters."""

from collections.abc import Iterator

from torch import Tensor

from ...registry import OPTIMIZERS
from .declared import known_class
from .problems import Problems, shown

PATH = "optim_wrapper.optimizer"


class Accepted(Exception):
    """An optimizer has come to ask for its parameters."""


class Parameters:
    """Parameters that are not there: PyTorch's optimizers look at their other arguments before they go through these.

    To build one to the end would import PyTorch's compiler, which takes longer than the whole check.
    """

    def __iter__(self) -> Iterator[Tensor]:
        raise Accepted


def check_optimizer(problems: Problems, cfg: dict) -> None:
    """Report what the optimizer of a config says of its values, unless they were found wrong before."""
    wrapper = cfg.get("optim_wrapper")
    if not isinstance(wrapper, dict) or "optimizer" not in wrapper or problems.tell_of(PATH):
        return
    optimizer = wrapper["optimizer"]
    if not isinstance(optimizer, dict):
        problems.add(PATH, f"got {optimizer!r}, expected dict(type=...) with a type of the optimizer registry")
        return
    component = known_class(OPTIMIZERS, optimizer)
    if component is None:
        return
    try:
        component(Parameters(), **{key: value for key, value in optimizer.items() if key not in ("type", "_scope_")})
    except (ValueError, TypeError) as error:
        problems.add(PATH, f"{shown(component)} refuses it: {error}", whole=True)
    except Exception:
        return  # accepted; or an optimizer that is built in another way, which is seen when it is

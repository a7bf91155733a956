"""The base of every loss: a scalar from named outputs and a batch."""

from collections.abc import Mapping
from types import MappingProxyType

import torch
from torch import Tensor, nn

from ..registry import nearest

_HALF = (torch.float16, torch.bfloat16)


class Loss(nn.Module):
    """One term of the objective, chosen by name in a config.

    A subclass names, in ``output_args`` and ``batch_args``, those of its constructor's arguments whose values are keys
    of the network's outputs and of the batch. The config check compares them with what the network and the data set
    declare before anything is built.

    Args:
        weight: factor of this term in the task loss.

    Attributes:
        observed: name -> detached scalar of the last call, shown in the log beside the loss and no part of it.
    """

    output_args: tuple[str, ...] = ()
    batch_args: tuple[str, ...] = ()
    observed: Mapping[str, Tensor] = MappingProxyType({})

    def __init__(self, weight: float = 1.0) -> None:
        super().__init__()
        self.weight = weight

    def forward(self, outputs: dict, batch: dict) -> Tensor:
        """The unweighted scalar loss, a mean over the samples of the batch."""
        raise TypeError(f"{type(self).__name__} does not define forward(outputs, batch)")


def lookup(source: Mapping, path: str, where: str = "batch") -> Tensor:
    """The value under ``path``: a key, or a dotted path such as ``graph.x`` through keys and attributes.

    Args:
        source: a batch, or the outputs of a network.
        path: a whole key is tried first, so that ``teacher.logits`` is found among outputs.
        where: what ``source`` is, for the error.

    Raises:
        KeyError: nothing stands under ``path``; the message lists the keys and the nearest one.
    """
    if path in source:
        return source[path]
    found = source
    for part in path.split("."):
        found = found.get(part) if isinstance(found, Mapping) else getattr(found, part, None)
        if found is None:
            raise KeyError(_absent(source, path, part, where))
    return found  # type: ignore[return-value]


def upcast(values: Tensor) -> Tensor:
    """Half precision becomes float32, because exponentials and long means lose digits in it; the rest is left alone."""
    return values.float() if values.dtype in _HALF else values


def _absent(source: Mapping, path: str, part: str, where: str) -> str:
    near = nearest(path, source)
    hint = f" Did you mean {near[0]!r}?" if near else ""
    step = f" (at {part!r})" if part != path else ""
    return f"{where}: no {path!r}{step}; it has {', '.join(map(repr, sorted(source))) or 'nothing'}.{hint}"

"""Whether two states agree in every bit."""

from typing import Any

import torch

# Of a checkpoint; the rest says where and by which version it was written.
COMPARED = ("state_dict", "ema", "optimizer", "schedulers", "hooks", "loop", "random")


def differences(a: Any, b: Any, where: str = "") -> list[str]:
    """Where two nested states differ by a bit, a key or a type; equal bits of NaN agree."""
    if isinstance(a, torch.Tensor) and isinstance(b, torch.Tensor):
        return [] if _same_tensor(a, b) else [where]
    if isinstance(a, dict) and isinstance(b, dict):
        found = [f"{where}.{key}" for key in a.keys() ^ b.keys()]
        return found + [line for key in a.keys() & b.keys() for line in differences(a[key], b[key], f"{where}.{key}")]
    if isinstance(a, (list, tuple)) and isinstance(b, (list, tuple)) and len(a) == len(b):
        return [line for i, pair in enumerate(zip(a, b)) for line in differences(*pair, f"{where}[{i}]")]
    return [] if a == b or (a != a and b != b) else [where]


def _same_tensor(a: torch.Tensor, b: torch.Tensor) -> bool:
    if a.dtype != b.dtype or a.shape != b.shape:
        return False
    return torch.equal(*(one.detach().contiguous().reshape(-1).view(torch.uint8) for one in (a, b)))

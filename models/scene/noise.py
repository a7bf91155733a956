"""Noise: a hash of each cell decides whether it becomes lighter or darker."""

from torch import Tensor

from .cells import cell_positions, straight_through

_MASK = 0xFFFFFFFF


def _mixed(value: Tensor) -> Tensor:
    """A 32-bit integer hash (constants by Thomas Mueller), in int64 so that every device gives the same."""
    value = ((value ^ (value >> 16)) * 0x45D9F3B) & _MASK
    value = ((value ^ (value >> 16)) * 0x45D9F3B) & _MASK
    return value ^ (value >> 16)


def cell_hash(columns: Tensor, rows: Tensor) -> Tensor:
    """Of cells whose numbers broadcast, integers in [0, 2^32)."""
    return _mixed((_mixed(columns + 1) + rows * 0x9E3779B1) & _MASK)


def noise(image: Tensor, density: Tensor, opacity: Tensor, sizes: Tensor) -> Tensor:
    """Images with noise, the same on all channels.

    Args:
        image: (B, 3, H, W) in [0, 1].
        density: (B,) share of the cells that change, in [0, 1].
        opacity: (B,); half of it is added to or taken from a cell that changes.
        sizes: (B,) side of a cell in pixels of an image 1024 wide.

    Returns:
        (B, 3, H, W) in [0, 1]. A change of density is taken to change every cell by its sign: in the mean that is right.
    """
    hashed = cell_hash(*cell_positions(sizes, image.shape[-1]))
    uniform = ((hashed >> 1).double() / 2**31).to(image)
    sign = ((hashed & 1) * 2 - 1).to(image)
    share = density[:, None, None].to(image)
    changed = straight_through((uniform > 1 - share).to(image), share.expand_as(uniform))
    change = sign * changed * (0.5 * opacity[:, None, None].to(image))
    result = image + change[:, None]
    return straight_through(result.clamp(0, 1), result)

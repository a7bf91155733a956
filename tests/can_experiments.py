"""Shipped CAN configs on a small data set."""

from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def write(folder: Path, name: str, base: str, can_root: Path, body: str) -> Path:
    """A config below ``folder`` that inherits a shipped one and runs on the small data."""
    path = folder / f"{name}.py"
    path.write_text(
        f'_base_ = ["{ROOT}/configs/{base}.py"]\n'
        f'data_root = "{can_root}"\nwork_root = "{folder}"\ncache_dir = "{can_root.parent}/cache"\nmax_epochs = 2\n{body}\n'
    )
    return path

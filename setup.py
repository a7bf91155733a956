"""The repository root is the package: ``stillhouse.engine`` is ``./engine``, and so on."""

from pathlib import Path

from setuptools import setup

ROOT = Path(__file__).parent
ROOMS = ("configs", "registry", "engine", "models", "datasets", "losses", "hooks")


def packages() -> list[str]:
    """The root package, its rooms and every folder below them that holds Python."""
    found = ["stillhouse"]
    for room in ROOMS:
        folders = sorted({path.parent for path in (ROOT / room).rglob("*.py")})
        found += ["stillhouse." + ".".join(folder.relative_to(ROOT).parts) for folder in folders]
    return found


setup(package_dir={"stillhouse": "."}, packages=packages())

"""A registry that answers an unknown name with the nearest known ones and where they are defined."""

import difflib
import inspect
from importlib import import_module
from pathlib import Path

from mmengine.registry import Registry as MMRegistry


class RegistryImportError(ImportError):
    """A listed location failed to import, so its components could not be registered."""


class Registry(MMRegistry):
    """A child of one of mmengine's registries, filled from ``locations`` at the first look-up.

    Args:
        *args, **kwargs: mmengine's.
        late: a module to import once a name is nowhere else.
    """

    def __init__(self, *args, late: str | None = None, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self._late = late

    def import_from_location(self) -> None:
        """Import every listed location once.

        Raises:
            RegistryImportError: names the location and the cause; a failing import is never hidden.
        """
        if self._imported:
            return
        for location in self._locations:
            try:
                import_module(location)
            except ImportError as error:
                raise RegistryImportError(
                    f"the {self.name} registry could not import {location}: {error}. "
                    "Install what is missing (see the extras in pyproject.toml) or mend that module."
                ) from error
        self._imported = True

    def get(self, key: str):
        """The class or function registered under ``key`` here or in a parent.

        Raises:
            KeyError: nothing of that name; the message lists the nearest names with their files.
        """
        self.import_from_location()
        found = self._found(key)
        if found is None and self._late:
            import_module(self._late)
            found = self._found(key)
        if found is None:
            raise KeyError(self.unknown(key))
        return found

    def _found(self, key: str):
        try:
            return super().get(key)
        except RuntimeError:
            return None

    def names(self) -> dict[str, type]:
        """Every name known here or in a parent, with what it stands for."""
        self.import_from_location()
        known: dict[str, type] = {}
        registry: MMRegistry | None = self
        while registry is not None:
            known = {**registry.module_dict, **known}
            registry = registry.parent
        return known

    def unknown(self, key: str, most: int = 3) -> str:
        """The message for a name that is not registered, with the nearest names and their files."""
        known = self.names()
        message = f"{key!r} is not in the {self.name} registry."
        near = nearest(key, known, most)
        if near:
            options = ", ".join(f"{name!r} ({defined_in(known[name])})" for name in near)
            return f"{message} Did you mean {options}?"
        return f"{message} Known names: {', '.join(sorted(known)) or 'none'}."


def nearest(word: str, words, most: int = 1) -> list[str]:
    """The entries of ``words`` closest in spelling to ``word``, without regard to case, best first."""
    by_lower = {name.lower(): name for name in words}
    return [by_lower[match] for match in difflib.get_close_matches(word.lower(), by_lower, n=most, cutoff=0.5)]


def defined_in(component) -> str:
    """The file in which a class or function is defined, relative to the package root where it is below it."""
    try:
        path = Path(inspect.getfile(component))
    except TypeError:
        return getattr(component, "__module__", "built in")
    root = Path(__file__).resolve().parent.parent
    ours = path.is_relative_to(root) and "site-packages" not in path.parts[len(root.parts) :]
    return str(path.relative_to(root)) if ours else component.__module__

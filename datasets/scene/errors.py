"""What is wrong with a scene, a file of scenes or their pictures: where, what was got, what was expected, the remedy."""

from ..errors import DataError


class SceneError(DataError):
    """A scene cannot be read, made, encoded or stored as it stands."""

    def __reduce__(self) -> tuple:
        """Its message alone travels from one process to another."""
        return SceneError.__new__, (type(self), str(self))


class SceneWarning(UserWarning):
    """Scenes are usable, but something in them deserves to be known."""

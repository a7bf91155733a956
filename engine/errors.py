"""What the engine refuses, said so that a user can mend it."""


class StillhouseError(Exception):
    """A refusal with a message for the user; the tools print it without a traceback and exit with status 2."""


class ConfigError(StillhouseError):
    """Everything found wrong in a config, together.

    Args:
        problems: one line each: config path, what is wrong, what was expected, the nearest fix.
    """

    def __init__(self, problems: list[str]) -> None:
        self.problems = list(problems)
        count = len(self.problems)
        head = "the config has a problem:" if count == 1 else f"the config has {count} problems:"
        super().__init__("\n  ".join([head, *self.problems]))


class CheckpointError(StillhouseError):
    """A checkpoint that is missing, damaged, foreign, or of another network."""


class CompanionError(StillhouseError):
    """A companion that is missing, unfinished, or trained on other data."""


class RunFolderError(StillhouseError):
    """A work directory that cannot be used: read-only, in use by another run, or already holding one."""


class ExportError(StillhouseError):
    """A network that cannot be written in another format, or an exported file that cannot be used."""

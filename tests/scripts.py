"""Command lines run as a user's shell would, in this process."""

import runpy
import sys
from collections.abc import Callable

import pytest


def runner(script: str, monkeypatch: pytest.MonkeyPatch) -> Callable[..., int]:
    """A function of a script's arguments that runs it and returns the exit status."""

    def run(*arguments) -> int:
        monkeypatch.setattr(sys, "argv", [script, *map(str, arguments)])
        with pytest.raises(SystemExit) as ended:
            runpy.run_path(script, run_name="__main__")
        return int(ended.value.code or 0)

    return run

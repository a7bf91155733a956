"""The list that the checks write to, and the phrases their messages share."""

from collections.abc import Iterable

from ...registry import defined_in, nearest


class Problems:
    """Collects one line a problem, under the dotted path of the config that causes it.

    Args:
        options: what the command line changed, by dotted key; a problem below one of these keys says so.

    Attributes:
        lines: the problems, in the order of their discovery.
    """

    def __init__(self, options: Iterable[str] = ()) -> None:
        self.options = tuple(options)
        self.lines: list[str] = []

    def add(self, path: str, text: str, whole: bool = False) -> None:
        """Note a problem of the value under ``path``; a repeated one is kept once.

        Args:
            path: dotted path.
            text: what is wrong, and the remedy.
            whole: the key itself is wrong, so an option for something below it is to blame too.
        """
        given = any(f"{path}.".startswith(f"{key}.") or (whole and key.startswith(f"{path}.")) for key in self.options)
        line = f"{path}: {text}" + (" (from --cfg-options)" if given else "")
        if line not in self.lines:
            self.lines.append(line)

    def tell_of(self, path: str) -> bool:
        """Whether one of the problems is that of a value, or of something below it."""
        return any(line.startswith((f"{path}:", f"{path}.")) for line in self.lines)


def shown(component) -> str:
    """A class or function with the file it is defined in: ``GAT (models/can/gat.py)``."""
    return f"{getattr(component, '__name__', component)} ({defined_in(component)})"


def listed(words: Iterable[str]) -> str:
    """Quoted names, separated by commas."""
    return ", ".join(map(repr, words)) or "nothing"


def did_you_mean(word, words: Iterable[str]) -> str:
    """`` Did you mean 'x'?`` with the nearest of ``words``, or nothing where none is near."""
    near = nearest(str(word), words)
    return f" Did you mean {near[0]!r}?" if near else ""


def fix(word, words: Iterable[str]) -> str:
    """The nearest of ``words``, or all of them where none is near, as the end of a message."""
    words = list(words)
    return did_you_mean(word, words) or f" Expected one of {listed(words)}."

"""One sitting of an annotator: the records of a page or of a simulation go through it."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from .errors import PreferenceError
from .reading import read_entries
from .record import Comparison, Item, Judgement, Rating, Undo

if TYPE_CHECKING:
    from .store import PreferenceStore


class Session:
    """Appends to ``sessions/session_NAME.jsonl``; holds nothing that the file does not hold. Threads may share it.

    Args:
        store: where to.
        annotator: who answers.
        name: of the sitting; to go on with one is to name it again.
    """

    def __init__(self, store: "PreferenceStore", annotator: str, name: str) -> None:
        self.store, self.annotator, self.name = store, annotator, name

    def compare(self, a: Item, b: Item, preference: str, swapped: bool = False, **more: Any) -> Comparison:
        """Record a choice; once this returns it is on the disk.

        Args:
            a, b: of ``store.add_item``.
            preference: ``a``, ``b``, ``tie``, ``both_bad`` or ``skip``.
            swapped: a was shown on the right.
            **more: ``class_label``, ``class_name``, ``image``, ``response_ms``, ``repeat_of``, ``id``.

        Raises:
            PreferenceError: a value out of its range, or no place to write; then nothing is recorded.
        """
        entry = Comparison(a=a, b=b, preference=preference, swapped=swapped, **self._who(), **more)
        self.store.append(entry)
        return entry

    def rate(self, item: Item, rating: int, **more: Any) -> Rating:
        """Record a rating from 1 to 5; see ``compare``."""
        entry = Rating(item=item, rating=rating, **self._who(), **more)
        self.store.append(entry)
        return entry

    def undo(self, id: str) -> Undo:
        """Take a record of this session and annotator back, by a tombstone.

        Raises:
            PreferenceError: no such record of theirs stands.
        """
        if all(entry.id != id for entry in self.standing()):
            got = f"{id!r:.60}, which is no standing record of {self.annotator}"
            raise PreferenceError(f"session {self.name} (undo)", got, "one", "It may have been taken back already.")
        entry = Undo(undoes=id, **self._who())
        self.store.append(entry)
        return entry

    def standing(self) -> Iterator[Judgement]:
        """The annotator's records in this session that count, in their order; what a page resumes from.

        Damaged lines are passed over: one must not keep an annotator from going on.
        """
        if not self.store.session_path(self.name).exists():
            return
        undone, mine = set(), {}
        for entry in read_entries(self.store.root, "skip", sessions=[self.name]):
            if isinstance(entry, Undo):
                undone.add(entry.undoes)
            elif isinstance(entry, Judgement) and entry.annotator == self.annotator:
                mine[entry.id] = entry
        yield from (entry for entry in mine.values() if entry.id not in undone)

    def _who(self) -> dict[str, str]:
        return {"session": self.name, "annotator": self.annotator}

"""Choices that people made between scenes, as comparisons."""

from collections.abc import Sequence

from ....datasets.scene.encoding import encode
from ....datasets.sketch.preferences import Comparison, PreferenceStore
from ....datasets.sketch.preferences.payload import digest
from .errors import CurationError


def item_digest(scene: dict) -> str:
    """By which the store of choices knows a scene."""
    return digest(encode([scene])[0].numpy())


def human_wins(store: PreferenceStore, scenes: Sequence[dict]) -> tuple[dict, dict]:
    """Who was chosen how often; a tie, and both being bad, count as a half for each.

    Args:
        store: of the choices; damaged lines are left out, skips and pairs of other items too.
        scenes: complete and within the schema.

    Returns:
        ``wins`` and ``games``, see ``ranking.rank``.

    Raises:
        CurationError: no choice between any two of the scenes.
    """
    places = {item_digest(scene): place for place, scene in enumerate(scenes)}
    wins: dict[tuple[int, int], float] = {}
    games: dict[tuple[int, int], float] = {}
    for record in store.standing(on_error="skip") if store.root.is_dir() else ():
        if isinstance(record, Comparison) and record.preference != "skip":
            i, j = places.get(record.a.digest), places.get(record.b.digest)
            if i is not None and j is not None and i != j:
                first, won = (i, j), {"a": 1.0, "b": 0.0}.get(record.preference, 0.5)
                pair, won = (first, won) if i < j else ((j, i), 1 - won)
                wins[pair] = wins.get(pair, 0.0) + won
                games[pair] = games.get(pair, 0.0) + 1
    if not games:
        raise CurationError(
            f"{store.root}: holds no choice between these scenes. Collect some: python tools/collect_prefs.py --scenes FILE"
        )
    return wins, games

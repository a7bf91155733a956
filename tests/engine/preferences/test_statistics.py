"""What the statistics say of records made by hand."""

import io
import json

import pytest
from rich.console import Console

from stillhouse.datasets.sketch.preferences import Comparison, Item, Rating
from stillhouse.engine.preferences import Agreement, preference_statistics
from stillhouse.engine.preferences.statistics import rank_models
from stillhouse.engine.preferences.tables import statistics_tables

MODELS = {"strong": "ab" * 32, "weak": "cd" * 32}


def item(number: int, model: str | None = None) -> Item:
    return Item(f"beziers/{number:064x}.npy", "sketch", model, MODELS.get(str(model)))


def chose(a: Item, b: Item, preference: str, annotator: str = "ann", **more) -> Comparison:
    return Comparison(session="s", annotator=annotator, a=a, b=b, preference=preference, **more)


def test_counts_sides_and_times():
    records = [
        chose(item(0), item(1), "a", class_name="cat", response_ms=100),
        chose(item(1), item(2), "b", response_ms=300),
        chose(item(2), item(3), "b", swapped=True, response_ms=900),
        chose(item(3), item(4), "a", "bob", swapped=True),
        chose(item(3), item(5), "tie", "bob"),
        Rating(session="t", annotator="bob", item=item(6), rating=4),
    ]
    found = preference_statistics(records)
    assert found.records == 6 and found.sessions == {"s": 5, "t": 1} and found.annotators == {"ann": 3, "bob": 3}
    assert found.answers == {"a": 2, "b": 2, "tie": 1} and found.ratings == {4: 1} and found.classes["cat"] == 1
    # Left: a unswapped and b swapped.
    assert found.left == (2, 4) and found.left_interval[0] < 0.5 < found.left_interval[1]
    assert found.median_response_ms == 300 and found.repeats == 0 and not found.models
    json.dumps(found.plain(), allow_nan=False)


def test_agreement_between_annotators_on_common_pairs():
    records = [
        chose(item(0), item(1), "a"), chose(item(1), item(0), "b", "bob"),
        chose(item(2), item(3), "a"), chose(item(2), item(3), "b", "bob"),
        chose(item(4), item(5), "tie"), chose(item(4), item(5), "tie", "bob"),
        chose(item(6), item(7), "skip"), chose(item(6), item(7), "a", "bob"),
        chose(item(8), item(9), "a"), chose(item(10), item(11), "a", "cy"),
    ]  # fmt: skip
    (found,) = preference_statistics(records).between
    # Answers (first, first), (first, second), (tie, tie): 2/3 observed, (2 * 1 + 1 * 1) / 9 by chance.
    assert found == Agreement(("ann", "bob"), 3, pytest.approx(2 / 3), pytest.approx(0.5))


def test_agreement_with_oneself_on_repeats():
    first = [chose(item(2 * i), item(2 * i + 1), "a") for i in range(4)]
    again = [chose(item(2 * i + 1), item(2 * i), "b" if i else "a", repeat_of=first[i].id) for i in range(3)]
    lost = chose(item(90), item(91), "a", repeat_of="0" * 32)
    found = preference_statistics([*first, *again, lost])
    assert found.repeats == 4 and not found.between
    assert found.within == [Agreement(("ann",), 3, pytest.approx(2 / 3), pytest.approx(0))]


def games(count: int, preference: str, start: int) -> list[Comparison]:
    return [chose(item(start + 2 * i, "strong"), item(start + 2 * i + 1, "weak"), preference) for i in range(count)]


def test_models_are_ranked_whatever_the_side():
    flipped = [
        chose(item(500 + 2 * i, "weak"), item(501 + 2 * i, "strong"), "b" if i % 2 else "tie") for i in range(10)
    ]
    records = [*games(30, "a", 0), *games(10, "b", 100), *games(5, "both_bad", 200), *games(5, "skip", 300), *flipped]
    same = chose(item(900, "strong"), item(901, "strong"), "a")
    unknown = chose(item(902, "strong"), item(903), "a")
    best, worst = preference_statistics([*records, same, unknown], samples=100).models
    assert (best.name, best.model, best.games, worst.name) == ("strong", "ab" * 32, 50, "weak")
    # 37.5 wins of 50, drawn a little towards even by the prior.
    assert best.score == -worst.score == pytest.approx(1.0986 / 2, abs=0.03)
    assert 0 < best.low < best.score < best.high


def test_a_repeat_or_an_older_choice_is_no_game():
    older, one = games(1, "a", 0)[0], games(1, "b", 0)[0]
    records = [one, older, chose(one.a, one.b, "a", repeat_of=one.id)]
    (best, _) = preference_statistics(records, samples=10).models
    assert best.name == "weak" and best.games == 1


def test_too_many_models():
    choices = [chose(item(i, f"m{i}"), item(i + 1, f"m{i + 1}"), "a") for i in range(300)]
    from stillhouse.datasets.sketch.preferences.choices import as_choice

    with pytest.raises(ValueError, match="got 301 models, expected at most 200"):
        rank_models(map(as_choice, choices), {})


def shown(records: list) -> str:
    console = Console(file=io.StringIO(), width=140)
    console.print(statistics_tables(preference_statistics(records, samples=20)))
    return console.file.getvalue()  # pyright: ignore[reportAttributeAccessIssue]


def test_tables_show_names_as_they_are():
    records = [*games(3, "a", 0), chose(item(0), item(1), "a", "[bold]<script>[/]", class_name="[red]x")]
    text = shown(records)
    for part in ("[bold]<script>[/]", "[red]x", "records", "strong", "abababababab", "not recorded", "+"):
        assert part in text
    assert "4 of" not in text and "1.000 of 4 (95 %" in text


def test_tables_of_little_and_of_much():
    assert "no choice" in shown([Rating(session="s", annotator="a", item=item(0), rating=1)])
    many = [chose(item(0), item(1), "a", f"annotator {i}") for i in range(40)]
    assert "10 others" in shown(many)

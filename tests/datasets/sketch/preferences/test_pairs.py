"""Which records become pairs of a winner and a loser."""

import pytest

from stillhouse.datasets.sketch.preferences import Comparison, Item, Rating, Wanted, training_pairs
from stillhouse.datasets.sketch.preferences.pairs import share_of

A, B, C, D, E = (Item(f"beziers/{digit * 64}.npy") for digit in "abcde")


def chose(a: Item, b: Item, preference: str, annotator: str = "ann", time: int = 0, **more) -> Comparison:
    stamp = f"2026-01-01T00:00:00.{time:06d}+00:00"
    return Comparison(session="s", annotator=annotator, timestamp=stamp, a=a, b=b, preference=preference, **more)


def rated(item: Item, rating: int, annotator: str = "ann", **more) -> Rating:
    return Rating(session="s", annotator=annotator, item=item, rating=rating, **more)


def outcome(records: list, **wanted) -> tuple[list, dict]:
    """(winner, loser) by their letters, and the counts of what was left out."""
    pairs, reasons = training_pairs(records, Wanted(**wanted))
    return [(pair.winner[8], pair.loser[8]) for pair in pairs], {
        name: count for name, count in reasons.items() if count
    }


def test_winner_and_loser_do_not_depend_on_the_side():
    assert outcome([chose(A, B, "a")]) == outcome([chose(B, A, "b")]) == ([("a", "b")], {})
    assert outcome([chose(A, B, "a", swapped=True)]) == ([("a", "b")], {})
    assert outcome([chose(A, B, "b")]) == ([("b", "a")], {})


def test_what_gives_no_pair_is_counted():
    records = [
        chose(A, B, "tie"), chose(A, C, "both_bad"), chose(A, D, "skip"), chose(A, E, "a", repeat_of="0" * 32),
        chose(A, A, "a"), chose(A, Item(B.file, "parameters"), "a"), chose(B, C, "a"),
        chose(*(Item(one.file, "parameters") for one in (D, E)), "a"),
    ]  # fmt: skip
    left_out = {"tie": 1, "both_bad": 1, "skip": 1, "repeat": 1, "same item": 1, "mixed kinds": 1, "other kind": 1}
    assert outcome(records) == ([("b", "c")], left_out)


def test_the_last_choice_of_an_annotator_counts_whatever_the_side_or_the_order_of_the_files():
    records = [chose(A, B, "a", time=2), chose(B, A, "a", time=9), chose(A, B, "a", time=1)]
    assert outcome(records) == ([("b", "a")], {"superseded": 2})
    assert outcome([*records, chose(A, B, "tie", time=10)]) == ([], {"superseded": 3, "tie": 1})
    assert outcome([chose(A, B, "a"), chose(A, B, "b", "bob")]) == ([("a", "b"), ("b", "a")], {})
    # At equal times the later line.
    assert outcome([chose(A, B, "a"), chose(A, B, "b")])[0] == [("b", "a")]


def test_annotators_and_pictures_can_be_asked_for():
    records = [chose(A, B, "a"), chose(A, C, "a", "bob", image=f"images/{'0' * 64}.png")]
    assert outcome(records, annotators=["bob"]) == ([("a", "c")], {"other annotator": 1})
    assert outcome(records, needs_image=True) == ([("a", "c")], {"no image": 1})


@pytest.mark.parametrize(
    ("margin", "expected"),
    [
        (1, {"ab", "ac", "ad", "bc", "bd"}),
        (2, {"ac", "ad", "bc", "bd"}),
        (3, {"ac", "ad", "bc", "bd"}),
        (4, {"ac", "ad"}),
    ],
)
def test_ratings_pair_up_from_the_margin_on(margin: int, expected: set):
    records = [rated(A, 5), rated(B, 4), rated(C, 1), rated(D, 1)]
    assert {"".join(pair) for pair in outcome(records, min_margin=margin)[0]} == expected


def test_ratings_are_compared_within_annotator_class_and_picture_and_the_last_counts():
    picture = f"images/{'0' * 64}.png"
    records = [
        rated(A, 5), rated(B, 1, "bob"), rated(C, 1, class_label=1), rated(D, 1, class_name="cat"),
        rated(E, 1, image=picture),
    ]  # fmt: skip
    assert outcome(records) == ([], {"rating": 5})
    again = [rated(A, 5), rated(B, 1), rated(B, 5, timestamp="2999-01-01T00:00:00.000000+00:00")]
    assert outcome(again) == ([], {"superseded": 1, "rating": 2})


def test_a_choice_outweighs_the_ratings_of_the_same_pair():
    ratings = [rated(A, 5), rated(B, 1)]
    assert outcome(ratings)[0] == [("a", "b")]
    assert outcome([*ratings, chose(A, B, "b")])[0] == [("b", "a")]
    assert outcome([*ratings, chose(A, B, "tie")])[0] == []
    assert outcome([*ratings, chose(A, B, "tie", "bob")])[0] == [("a", "b")]


def numbered(number: int) -> Item:
    return Item(f"beziers/{number:064x}.npy")


def test_the_number_of_pairs_is_limited_by_a_draw_that_the_seed_repeats():
    ratings = [rated(numbered(i), 1 + 4 * (i % 2)) for i in range(40)]
    every = {(pair.winner, pair.loser) for pair in training_pairs(ratings, Wanted())[0]}
    assert len(every) == 400
    drawn = [training_pairs(ratings, Wanted(max_pairs=50, seed=seed)) for seed in (0, 0, 1)]
    assert drawn[0] == drawn[1] != drawn[2]
    pairs, reasons = drawn[0]
    assert len({(pair.winner, pair.loser) for pair in pairs} & every) == 50
    assert reasons["beyond max_pairs"] == 350


def test_a_million_possible_pairs_of_ratings_are_not_listed():
    ratings = [rated(numbered(i), 1 + 4 * (i % 2)) for i in range(6000)]
    pairs, reasons = training_pairs(ratings, Wanted(max_pairs=10))
    assert len(pairs) == 10 and reasons["beyond max_pairs"] == 3000**2 - 10


def test_the_share_of_a_pair_depends_on_the_two_files_and_the_seed_alone():
    one = training_pairs([chose(A, B, "a")], Wanted())[0][0]
    other = training_pairs([chose(A, B, "b", "bob", class_label=3)], Wanted())[0][0]
    assert share_of(one, 0) == share_of(other, 0) != share_of(one, 1)
    shares = [share_of(one._replace(winner=f"beziers/{i}"), 0) for i in range(2000)]
    assert 0 <= min(shares) < 0.01 and 0.99 < max(shares) < 1
    assert abs(sum(share < 0.2 for share in shares) / 2000 - 0.2) < 0.04

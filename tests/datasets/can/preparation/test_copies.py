from stillhouse.datasets.can.preparation.copies import Pair, left_out, pairs
from stillhouse.datasets.can.preparation.journal import Entry, Journal


def entry(frames: str, labels: str = "zeros") -> Entry:
    facts = dict(rows=1, attack_rows=0, labelled=True, first_s=0.0, last_s=0.0, bytes=1, sha256="")
    raw = dict(raw="", raw_bytes=1, raw_mtime_ns=0, raw_sha256="", part=[0, 1], salvage=False, version=1)
    return Entry(**raw, **facts, frames_sha256=frames, labels_sha256=labels)


def test_pairs_within_and_across_sets():
    one = Journal(
        "set_01", "common", {"train_01/a.csv": entry("x"), "train_02/a.csv": entry("x"), "test_01/b.csv": entry("y")}
    )
    two = Journal("set_02", "common", {"test_01/c.csv": entry("x", "ones"), "test_01/d.csv": entry("y", "")})
    assert pairs([one, two]) == [
        Pair("set_01/test_01/b.csv", "set_02/test_01/d.csv", True, False, True),
        Pair("set_01/train_01/a.csv", "set_01/train_02/a.csv", False, False, True),
        Pair("set_01/train_01/a.csv", "set_02/test_01/c.csv", True, True, False),
        Pair("set_01/train_02/a.csv", "set_02/test_01/c.csv", True, True, False),
    ]


def test_the_first_training_copy_stays_unless_a_test_has_the_frames():
    files = {
        "train_02/b.csv": entry("x"),
        "train_01/b.csv": entry("x"),
        "train_01/c.csv": entry("y"),
        "test_04/c.csv": entry("y"),
        "test_01/c.csv": entry("y"),
        "unknown_vehicle_attack_free/c.csv": entry("y"),
        "unknown_vehicle_attack_free/d.csv": entry("z"),
        "train_01/e.csv": entry("w"),
    }
    assert left_out(files) == {
        "train_02/b.csv": "a copy of train_01/b.csv",
        "train_01/c.csv": "the test test_01/c.csv has the same frames",
    }

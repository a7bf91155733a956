"""A text file as bytes and as tokens."""

import sys
from pathlib import Path

import pytest

from stillhouse.datasets.text import ByteBPE, TextFile


@pytest.fixture
def file(tmp_path: Path) -> str:
    """A hundred letters."""
    path = tmp_path / "text.txt"
    path.write_bytes(bytes(range(100)))
    return str(path)


def test_sequences_follow_each_other_and_next_tokens_are_one_ahead(file: str):
    data = TextFile(file, "train", context=8)
    batch = data.__getitems__([0, 3])
    assert batch["tokens"].tolist() == [list(range(8)), list(range(24, 32))]
    assert batch["next_tokens"].tolist() == [list(range(1, 9)), list(range(25, 33))]
    assert batch["index"].tolist() == [0, 3] and tuple(batch) == TextFile.fields


def test_the_end_of_the_file_is_for_validation(file: str):
    train, val = (TextFile(file, split, context=8, val_fraction=0.3) for split in ("train", "val"))
    assert (len(train), len(val)) == (8, 3)
    assert train.__getitems__([7])["next_tokens"].max() < 70 <= val.__getitems__([0])["tokens"].min()
    assert val.__getitems__([2])["next_tokens"].max() < 100


def test_both_splits_have_the_digest_of_the_file(file: str):
    train, val = (TextFile(file, split, context=4).provenance() for split in ("train", "val"))
    assert train == val
    Path(file).write_bytes(b"x" * 100)
    assert TextFile(file, "train", context=4).provenance() != train


def test_a_missing_file():
    with pytest.raises(FileNotFoundError, match=r"TextFile\.path: no/such\.txt: no such file"):
        TextFile("no/such.txt", "train")


def test_a_file_that_is_too_short(file: str):
    with pytest.raises(ValueError, match=r"the val split has 10 bytes, expected more than 10"):
        TextFile(file, "val", context=10)


def test_files_of_the_installation_are_found_from_anywhere(tmp_path: Path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert len(TextFile("ARCHITECTURE.md", "train")) > 10


BPE = dict(type="ByteBPE", vocabulary=280)
WORDS = "der Fuß über dem Tal, the foot above the valley 🙂\n" * 40


@pytest.fixture
def words(tmp_path: Path) -> str:
    path = tmp_path / "words.txt"
    path.write_text(WORDS, encoding="utf-8")
    return str(path)


@pytest.mark.parametrize("text", ["", "the foot", " the  Foot\n\ttab", "日本語 \x00\x7f", "🙂 e\u0301"])
def test_any_text_is_encoded_and_decoded_to_itself(text: str):
    tokenizer = ByteBPE(280)
    tokenizer.fit([WORDS])
    assert tokenizer.decode(tokenizer.encode(text)) == text
    assert all(0 <= token < tokenizer.vocabulary_size for token in tokenizer.encode(text))


def test_frequent_words_become_few_tokens():
    tokenizer = ByteBPE(400)
    tokenizer.fit([WORDS])
    assert len(tokenizer.encode(" valley")) == 1 and len(tokenizer.encode("xyzzy")) == 5
    assert 256 < tokenizer.vocabulary_size <= 400


def test_the_same_text_gives_the_same_tokenizer_and_another_one_another():
    one, same, other = (ByteBPE(280) for _ in range(3))
    for tokenizer, text in ((one, WORDS), (same, WORDS), (other, WORDS.upper())):
        tokenizer.fit([text])
    assert one.digest() == same.digest() != other.digest()


def test_a_tokenizer_refuses():
    with pytest.raises(ValueError, match=r"ByteBPE\.vocabulary: got 255, expected at least 256, one for every byte"):
        ByteBPE(255)
    with pytest.raises(ValueError, match=r"has learned from no text yet; call fit\(texts\) first"):
        ByteBPE().encode("a")


def test_tokens_follow_each_other_and_the_vocabulary_is_learned_from_the_training_split(words: str):
    train, val = (TextFile(words, split, context=8, tokenizer=BPE) for split in ("train", "val"))
    assert train.provenance() == val.provenance() and train.provenance()["tokenizer"] == train.tokenizer.digest()
    assert train.metainfo["vocabulary_size"] <= 280 and train.metainfo["bytes_per_token"] > 1.2
    read = {split: data.__getitems__(list(range(len(data)))) for split, data in (("train", train), ("val", val))}
    assert read["train"]["tokens"].shape[1] == 8 and read["train"]["tokens"].max() < 280
    decoded = {split: train.tokenizer.decode(of["tokens"].flatten().tolist()) for split, of in read.items()}
    cut = round(0.9 * len(WORDS))
    assert WORDS[:cut].startswith(decoded["train"].rstrip("\ufffd")) and WORDS[cut:].startswith(
        decoded["val"].rstrip("\ufffd")
    )
    assert read["train"]["next_tokens"].flatten()[:-1].tolist() == read["train"]["tokens"].flatten()[1:].tolist()


def test_bytes_and_tokens_are_different_data(words: str):
    plain, tokens = TextFile(words, "train"), TextFile(words, "train", tokenizer=BPE)
    assert plain.provenance()["digest"] != tokens.provenance()["digest"]
    assert plain.metainfo == {"vocabulary_size": 256, "bytes_per_token": 1.0} and plain.tokenizer is None


def test_a_file_that_is_no_text_has_no_tokens(tmp_path: Path):
    (tmp_path / "x").write_bytes(b"ab\xff" * 400)
    assert len(TextFile(str(tmp_path / "x"), "train")) > 1
    with pytest.raises(ValueError, match=r"byte 2 is no UTF-8; leave out the tokenizer, so that bytes are the tokens"):
        TextFile(str(tmp_path / "x"), "train", tokenizer=BPE)


def test_too_few_tokens(words: str):
    with pytest.raises(ValueError, match=r"the val split has \d+ tokens, expected more than 900"):
        TextFile(words, "val", context=900, tokenizer=BPE)


def test_its_absence_names_the_extra(monkeypatch):
    monkeypatch.setitem(sys.modules, "tokenizers", None)
    with pytest.raises(ImportError, match=r"ByteBPE needs tokenizers: pip install \"stillhouse\[latent\]\""):
        ByteBPE()

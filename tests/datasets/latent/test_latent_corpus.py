"""Splits without a common sentence."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stillhouse.datasets.latent import SentenceError, SentenceWarning
from stillhouse.datasets.latent.corpus import FIXED, Corpus, divide, load_corpus, without_duplicates
from stillhouse.datasets.latent.sentence_file import Sentences


def plain(*texts: str) -> Sentences:
    return Sentences(list(texts), None, None)


@settings(max_examples=60, deadline=None)
@given(st.integers(2, 60), st.floats(0.01, 0.99), st.integers(0, 99))
def test_each_sentence_is_in_one_split(count: int, share: float, seed: int):
    texts = [f"sentence {i}" for i in range(count)]
    corpus = divide(plain(*texts), share, seed)
    assert sorted(corpus.train.texts + corpus.val.texts) == sorted(texts)
    assert corpus.train.texts and corpus.val.texts
    assert abs(len(corpus.val.texts) - count * share) <= 1
    assert divide(plain(*texts), share, seed) == corpus


def test_graphs_follow_their_sentences():
    corpus = load_corpus(None, 80, 2, seed=0, val_fraction=0.3)
    for part in (corpus.train, corpus.val, corpus.split("fixed")):
        assert [graph.sentence() for graph in part.graphs or []] == part.texts
    assert (len(corpus.train.texts), len(corpus.val.texts)) == (56, 24)


def test_the_seed_decides_the_split():
    texts = [f"sentence {i}" for i in range(40)]
    assert set(divide(plain(*texts), 0.5, 0).val.texts) != set(divide(plain(*texts), 0.5, 1).val.texts)


def test_the_fixed_sentences_are_the_first_of_val():
    corpus = load_corpus(None, 200, 1, seed=0, val_fraction=0.1)
    assert corpus.split("fixed").texts == corpus.val.texts[:16] and FIXED == 16
    assert corpus.split("train") is corpus.train and corpus.split("val") is corpus.val


def test_too_few_for_the_fixed_sentences():
    with pytest.raises(SentenceError, match=r"split='fixed': got 15 validation sentences, expected 16 or more"):
        load_corpus(None, 150, 1, seed=0, val_fraction=0.1).split("fixed")


def test_an_unknown_split():
    with pytest.raises(SentenceError, match="split: got 'test', expected 'train', 'val' or 'fixed'"):
        load_corpus(None, 20, 1, seed=0, val_fraction=0.1).split("test")


def test_duplicates_are_counted_and_dropped(tmp_path: Path):
    path = tmp_path / "sentences.txt"
    path.write_text("One.\nTwo.\none.\nOne.\nTwo.\n  two. \nThree.\n")
    with pytest.warns(SentenceWarning, match=r"sentences\.txt: 4 of 7 sentences are duplicates and were dropped"):
        corpus = load_corpus(str(path), 5000, 1, seed=0, val_fraction=0.4)
    assert sorted(corpus.train.texts + corpus.val.texts) == ["One.", "Three.", "Two."]


def test_spacing_and_case_make_no_other_sentence(recwarn):
    assert without_duplicates(plain("A  b.", "c."), "here").texts == ["A  b.", "c."] and not recwarn
    with pytest.warns(SentenceWarning, match="1 of 3"):
        assert without_duplicates(plain("A  b.", "c.", "a b."), "here").texts == ["A  b.", "c."]


def test_the_digest_is_of_the_sentences_and_their_division():
    first = load_corpus(None, 60, 1, seed=0, val_fraction=0.2)
    assert load_corpus(None, 60, 1, seed=0, val_fraction=0.2).digest == first.digest
    assert load_corpus(None, 60, 1, seed=0, val_fraction=0.3).digest != first.digest
    assert load_corpus(None, 60, 1, seed=1, val_fraction=0.2).digest != first.digest
    assert Corpus(plain("a"), plain("b")).digest != Corpus(plain("a"), plain("c")).digest


@pytest.mark.parametrize("share", [0, 1, -0.1, 1.5])
def test_a_share_out_of_range(share: float):
    with pytest.raises(SentenceError, match=rf"val_fraction: got {share}, expected a number between 0 and 1"):
        divide(plain("a", "b"), share, 0)


def test_one_sentence_cannot_be_split():
    with pytest.raises(SentenceError, match="sentences: got 1 distinct, expected 2 or more"):
        divide(plain("a"), 0.5, 0)


def test_a_missing_file():
    with pytest.raises(FileNotFoundError, match=r"SceneSentences\.path: no/such\.txt: no such file; write one with"):
        load_corpus("no/such.txt", 1, 1, 0, 0.1)


def test_files_of_the_installation_are_found_from_anywhere(tmp_path: Path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SentenceError, match=r"README\.md: got the ending '\.md'"):
        load_corpus("README.md", 1, 1, 0, 0.1)

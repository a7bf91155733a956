"""Tokens and masks."""

import sys
from itertools import pairwise

import pytest
import tokenizers
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from stillhouse.datasets.latent import CorpusBPE, HubTokenizer, OpenCLIPTokenizer, SentenceError, Tokenizer, draw_graphs
from stillhouse.registry import TOKENIZERS

SENTENCES = [graph.sentence() for graph in draw_graphs(100, 1, seed=0)]


@pytest.fixture(scope="module")
def bpe() -> CorpusBPE:
    found = CorpusBPE()
    found.fit(SENTENCES)
    return found


@pytest.fixture(scope="module")
def clip() -> OpenCLIPTokenizer:
    return OpenCLIPTokenizer()


@pytest.fixture(params=["bpe", "clip"])
def tokenizer(request) -> Tokenizer:
    return request.getfixturevalue(request.param)


def test_rows_are_padded_to_the_longest_and_the_mask_is_each_length(tokenizer: Tokenizer):
    tokens, mask = tokenizer(SENTENCES)
    lengths = [len(tokenizer.encode(sentence)) for sentence in SENTENCES]
    assert tokens.shape == mask.shape == (100, max(lengths)) and len(set(lengths)) > 2
    assert (tokens.dtype, mask.dtype) == (torch.int64, torch.bool)
    assert mask.sum(1).tolist() == lengths
    assert all(not (later and not earlier) for row in mask.tolist() for earlier, later in pairwise(row))
    assert not tokens[~mask].any() and tokens.min() >= 0 and tokens.max() < tokenizer.vocabulary_size


def test_a_fixed_length(tokenizer: Tokenizer):
    tokens, mask = tokenizer(SENTENCES[:2], 30)
    longest = tokenizer(SENTENCES[:2])
    width = longest[0].shape[1]
    assert tokens.shape == (2, 30) and torch.equal(tokens[:, :width], longest[0]) and not mask[:, width:].any()


def test_a_sentence_that_is_too_long_is_named(tokenizer: Tokenizer):
    length = len(tokenizer.encode(SENTENCES[0]))
    message = (
        rf"max_length: got '{SENTENCES[0]}' of {length} tokens, expected 5 tokens or fewer\. Set max_length={length}"
    )
    with pytest.raises(SentenceError, match=message):
        tokenizer(SENTENCES, 5)


def test_no_sentences(tokenizer: Tokenizer):
    assert tokenizer([])[0].shape == (0, 0) and tokenizer([], 7)[1].shape == (0, 7)


def test_an_empty_sentence(bpe: CorpusBPE):
    with pytest.raises(SentenceError, match="got '', expected a sentence with at least one token"):
        bpe(["a red block.", ""])


def test_each_word_of_the_corpus_is_one_token(bpe: CorpusBPE):
    assert len(bpe.encode("a red block is left of the blue cube.")) == 10
    assert bpe.encode("A RED block") == bpe.encode("a red block")
    assert 256 < bpe.vocabulary_size < 400 and bpe.vocabulary == 32000


@settings(max_examples=60, deadline=None)
@given(st.text(st.characters(exclude_categories=["Cs"]), min_size=1), st.text(min_size=1, max_size=3))
def test_unknown_words_fall_apart_into_bytes_that_say_them_again(bpe: CorpusBPE, text: str, other: str):
    assert all(0 < token < bpe.vocabulary_size for token in bpe.encode(text))
    spelt = b"".join(spelling(bpe)[token] for token in bpe.encode(text)).decode()
    assert spelt.removeprefix(" ") == text.lower().removeprefix(" ")


def spelling(bpe: CorpusBPE) -> dict[int, bytes]:
    """The bytes of each token, from its name in the byte-level alphabet of GPT-2."""
    printable = [*range(33, 127), *range(161, 173), *range(174, 256)]
    others = [byte for byte in range(256) if byte not in printable]
    alphabet = {chr(byte): byte for byte in printable} | {chr(256 + i): byte for i, byte in enumerate(others)}
    names = bpe._fitted().get_vocab()
    return {number: bytes(alphabet.get(letter, 0) for letter in name) for name, number in names.items()}


def test_the_sentences_decide_the_digest(bpe: CorpusBPE):
    again, other = CorpusBPE(), CorpusBPE()
    again.fit(SENTENCES)
    other.fit([*SENTENCES[:50], "a plum plum plum"])
    assert bpe.digest() == again.digest() != other.digest()
    assert len(bpe.digest()) == 64


def test_the_vocabulary_is_bounded():
    small = CorpusBPE(vocabulary=260)
    small.fit(SENTENCES)
    assert small.vocabulary_size == 260


@pytest.mark.parametrize("vocabulary", [0, 256])
def test_a_vocabulary_without_room_for_the_bytes(vocabulary: int):
    with pytest.raises(SentenceError, match=rf"CorpusBPE\.vocabulary: got {vocabulary}, expected 257 or more"):
        CorpusBPE(vocabulary)


def test_it_must_be_fitted_first():
    fresh = CorpusBPE()
    for use in (lambda: fresh(["a"]), lambda: fresh.vocabulary_size, fresh.digest):
        with pytest.raises(
            SentenceError, match=r"CorpusBPE: got no training sentences, expected fit\(sentences\) first"
        ):
            use()


def test_open_clip_s_own_rows_and_the_mask_up_to_the_end_token(clip: OpenCLIPTokenizer):
    from open_clip import SimpleTokenizer

    sentences = [*SENTENCES, "!%", "wow!"]
    theirs = SimpleTokenizer()(sentences)
    tokens, mask = clip(sentences, 77)
    assert torch.equal(tokens, theirs)
    assert torch.equal(mask.sum(1) - 1, theirs.argmax(1)), "the end token has the highest number"
    # "!" within a word is token 0, which also pads.
    assert tokens[100].tolist()[:5] == [49406, 0, 260, 49407, 0] and mask[100].tolist()[:5] == [True] * 4 + [False]


def test_a_pre_trained_tokenizer_does_not_learn(clip: OpenCLIPTokenizer):
    before = clip.digest()
    clip.fit(["zyx zyx zyx"])
    assert (clip.digest(), clip.vocabulary_size) == (before, 49408)


MODEL = tokenizers.Tokenizer


class Hub:
    """Stands for ``tokenizers.Tokenizer`` with a hub that has one tokenizer, which pads and cuts by itself."""

    @staticmethod
    def from_pretrained(name: str) -> tokenizers.Tokenizer:
        if name != "gpt2":
            raise OSError(f"no {name} in the cache")
        found = MODEL(tokenizers.models.WordLevel({"a": 0, "b": 1, "?": 2}, unk_token="?"))
        found.pre_tokenizer = tokenizers.pre_tokenizers.Whitespace()
        found.enable_padding(length=9)
        found.enable_truncation(2)
        return found


def test_a_tokenizer_of_the_hub(monkeypatch):
    monkeypatch.setattr("tokenizers.Tokenizer", Hub)
    found = HubTokenizer()
    tokens, mask = found(["b a b", "c"])
    assert tokens.tolist() == [[1, 0, 1], [2, 0, 0]] and mask.tolist() == [[True] * 3, [True, False, False]]
    assert found.vocabulary_size == 3 and found.digest() == HubTokenizer("gpt2").digest()


def test_no_network(monkeypatch):
    monkeypatch.setattr("tokenizers.Tokenizer", Hub)
    with pytest.raises(
        SentenceError, match=r"HubTokenizer\.name: got 'gpt3', which could not be loaded \(no gpt3"
    ) as error:
        HubTokenizer("gpt3")
    assert "Run it once where there is a network" in str(error.value) and "CorpusBPE" in str(error.value)


@pytest.mark.parametrize(
    ("name", "library"),
    [("CorpusBPE", "tokenizers"), ("HubTokenizer", "tokenizers"), ("OpenCLIPTokenizer", "open_clip")],
)
def test_an_absent_library_names_the_extra(name: str, library: str, monkeypatch):
    monkeypatch.setitem(sys.modules, library, None)
    with pytest.raises(ImportError, match=rf'{name} needs {library}: pip install "stillhouse\[latent\]"'):
        TOKENIZERS.build(dict(type=name))


def test_an_unknown_tokenizer():
    with pytest.raises(
        KeyError, match=r"'CorpusBPW' is not in the tokenizer registry\. Did you mean 'CorpusBPE' \(datasets"
    ):
        TOKENIZERS.build(dict(type="CorpusBPW"))

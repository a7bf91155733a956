"""The data set of sentences."""

import json
from pathlib import Path

import pytest
import torch

from stillhouse.datasets.latent import SceneSentences, SentenceError, SentenceWarning, draw_graphs, one_word_neighbours
from stillhouse.datasets.latent.sentence_file import to_line, write_sentences
from stillhouse.datasets.samplers import EpochSampler
from stillhouse.engine.stream import BatchStream
from stillhouse.registry import DATASETS

SMALL = dict(num=200, val_fraction=0.2)


def small(split: str = "train", **more) -> SceneSentences:
    return DATASETS.build(dict(type="SceneSentences", split=split, **{**SMALL, **more}))


def test_the_splits_share_no_sentence_but_all_the_rest():
    train, val, fixed = (small(split) for split in ("train", "val", "fixed"))
    assert (len(train), len(val), len(fixed)) == (160, 40, 16)
    assert not set(train.sentences) & set(val.sentences) and fixed.sentences == val.sentences[:16]
    assert train.provenance() == val.provenance() == fixed.provenance()
    assert train.length == val.length == fixed.length


def test_no_validation_sentence_is_in_training_when_the_file_repeats_them(tmp_path: Path):
    path = tmp_path / "sentences.jsonl"
    lines = [to_line(graph, 1) for graph in draw_graphs(60, 1, seed=0)]
    path.write_text("".join(lines * 3 + lines[:5]))
    for split in ("train", "val"):
        with pytest.warns(SentenceWarning, match=r"125 of 185 sentences are duplicates"):
            found = small(split, path=str(path))
        assert len(set(found.sentences)) == len(found) == (48 if split == "train" else 12)
    with pytest.warns(SentenceWarning):
        assert not set(found.sentences) & set(small("train", path=str(path)).sentences)


def test_a_batch():
    data = small()
    batch = data.__getitems__([5, 0, 5])
    assert tuple(batch) == SceneSentences.fields and not data.random
    assert batch["tokens"].shape == batch["mask"].shape == (3, data.length)
    assert (batch["tokens"].dtype, batch["mask"].dtype) == (torch.int64, torch.bool)
    assert batch["index"].tolist() == [5, 0, 5] and torch.equal(batch["tokens"][0], batch["tokens"][2])
    expected = data.encode([data.sentences[5], data.sentences[0]])
    assert torch.equal(batch["tokens"][:2], expected["tokens"]) and torch.equal(batch["mask"][:2], expected["mask"])
    assert expected["index"].tolist() == [0, 1]


def test_new_sentences_can_be_encoded():
    batch = small().encode(["a teal block is on a red cube."])
    assert batch["tokens"].shape == (1, 20) and batch["mask"].sum() > 9
    with pytest.raises(SentenceError, match="max_length: got 'a b"):
        small().encode([" ".join("abcdefghijklmnopqrstuvw")])


def test_a_file_gives_what_the_generator_gives(tmp_path: Path):
    path = tmp_path / "sentences.jsonl"
    write_sentences(path, draw_graphs(200, 2, seed=3), 2)
    read, made = small(path=str(path), seed=3), small(complexity=2, seed=3)
    assert read.provenance() == made.provenance() and read.graphs == made.graphs
    assert read.metainfo == {
        "split": "train", "complexity": 2, "length": read.length, "vocabulary_size": read.vocabulary_size
    }  # fmt: skip


def test_provenance_is_plain_and_tells_data_and_tokenizers_apart():
    plain = small().provenance()
    assert json.loads(json.dumps(plain)) == plain
    assert set(plain) == {"digest", "tokenizer", "vocabulary_size", "complexity"} and plain["complexity"] == 1
    assert small(seed=1).provenance()["digest"] != plain["digest"]
    other = small(tokenizer=dict(type="CorpusBPE", vocabulary=270)).provenance()
    assert other["digest"] == plain["digest"] and other["tokenizer"] != plain["tokenizer"]
    assert other["vocabulary_size"] == 270


def test_the_tokenizer_learns_from_the_training_split_alone(tmp_path: Path):
    path = tmp_path / "sentences.txt"
    path.write_text("".join(f"sentence {'abcdefghij'[i]}{'klmnopqrst'[j]}.\n" for i in range(10) for j in range(10)))
    train, val = (small(split, path=str(path)) for split in ("train", "val"))
    fresh = type(train.tokenizer)()
    fresh.fit(train.sentences)
    assert fresh.digest() == train.tokenizer.digest() == val.tokenizer.digest()
    fresh.fit(train.sentences + val.sentences)
    assert fresh.digest() != train.tokenizer.digest()


def test_rows_may_be_longer_but_not_shorter_than_the_sentences():
    assert small(max_length=25).__getitems__([0])["tokens"].shape == (1, 25)
    with pytest.raises(SentenceError, match=r"max_length: got 'a .*' of \d+ tokens, expected 8 tokens or fewer"):
        small(max_length=8)


def test_labels_are_those_of_the_first_relation():
    data = small("val")
    labels = data.labels()
    assert list(labels) == ["subject_colour", "subject_shape", "relation", "object_colour", "object_shape"]
    for number, sentence in enumerate(data.sentences):
        sc, ss, relation, oc, os = (labels[name][number] for name in labels)
        assert sentence.startswith(f"a {sc} {ss} is {relation} a {oc} {os}")
    assert {len(words) for words in labels.values()} == {len(data)}


def test_plain_text_has_neither_labels_nor_neighbours(tmp_path: Path):
    path = tmp_path / "sentences.txt"
    path.write_text("One.\nTwo.\nThree.\n")
    data = small(path=str(path))
    assert data.graphs is None and data.complexity is None and data.provenance()["complexity"] is None
    with pytest.raises(SentenceError, match=r"labels\(\): got sentences without scene graphs, expected a \.jsonl file"):
        data.labels()
    with pytest.raises(SentenceError, match="neighbours: got sentences without scene graphs"):
        small(path=str(path), neighbours=True)


def rows_of(data: SceneSentences, graphs) -> set[tuple[int, ...]]:
    return {tuple(row) for row in data.encode([graph.sentence() for graph in graphs])["tokens"].tolist()}


def test_each_sample_is_followed_by_a_neighbour_outside_validation():
    data, held_out = small(neighbours=True, val_fraction=0.5), small("val", val_fraction=0.5)
    forbidden = rows_of(data, held_out.graphs or [])
    met = set()
    for _ in range(20):
        batch = data.__getitems__(range(30))
        assert batch["tokens"].shape == batch["mask"].shape == (60, data.length)
        assert batch["index"].tolist() == [i for i in range(30) for _ in range(2)]
        assert torch.equal(batch["tokens"][::2], data._tokens[:30]) and torch.equal(batch["mask"][::2], data._mask[:30])
        for graph, row in zip(data.graphs or [], batch["tokens"][1::2].tolist()):
            assert tuple(row) in rows_of(data, one_word_neighbours(graph, 1)) and tuple(row) not in forbidden
            met.add(tuple(row))
    assert len(met) > 300
    assert any(rows_of(data, one_word_neighbours(graph, 1)) & forbidden for graph in (data.graphs or [])[:30])


def test_neighbours_follow_the_seed_of_their_part_in_any_process():
    data = small(neighbours=True, num=40)
    assert data.random

    def tokens(workers: int, seed: int = 3) -> torch.Tensor:
        stream = BatchStream(data, EpochSampler(data, seed=1), batch_size=16, num_workers=workers, seed=seed)
        return torch.cat([batch["tokens"] for iteration in stream.iterate(0) for batch in iteration.batches])

    here = tokens(0)
    assert torch.equal(here, tokens(0)) and torch.equal(here, tokens(1)) and not torch.equal(here, tokens(0, seed=4))


def test_neighbours_fit_the_rows():
    data = small(neighbours=True, complexity=3, num=40)
    longest = int(data._mask.sum(1).argmax())
    lengths = {len(data.tokenizer.encode(g.sentence())) for g in one_word_neighbours(data.graphs[longest], 3)}
    assert max(lengths) > data.length
    for _ in range(10):
        data.__getitems__([longest] * 20)


def test_neighbours_are_for_training():
    with pytest.raises(SentenceError, match=r"neighbours: got True for split='val', expected split='train'"):
        small("val", neighbours=True)


def test_a_sentence_whose_neighbours_are_all_held_out(tmp_path: Path):
    data = small(neighbours=True)
    data._held_out = frozenset(near.sentence() for near in one_word_neighbours(data.graphs[0], 1))
    with pytest.raises(
        SentenceError, match=r"which has none, expected one outside the validation split.*Lower val_fraction"
    ):
        data.__getitems__([0])


def test_arguments_are_refused_with_their_reason():
    with pytest.raises(SentenceError, match="num: got 200,000, expected 1 to 132,660"):
        small(num=200_000)
    with pytest.raises(SentenceError, match=r"CorpusBPE\.vocabulary: got 5"):
        small(tokenizer=dict(type="CorpusBPE", vocabulary=5))

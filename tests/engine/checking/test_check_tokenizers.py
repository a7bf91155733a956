"""Tokenizers inside the configs of data sets."""

import pytest

PATH = "train_dataloader.dataset"


def sentences(**more) -> dict:
    return dict(batch_size=4, dataset=dict(type="SceneSentences", split="train", **more))


def own(lines: list[str]) -> list[str]:
    """Problems of the data set; that the small network reads other names than it gives is no matter here."""
    return [line for line in lines if line.startswith(PATH)]


@pytest.mark.parametrize(
    "tokenizer", [None, dict(type="CorpusBPE", vocabulary=300), dict(type="HubTokenizer", name="gpt2")]
)
def test_good_ones(problems, tokenizer):
    assert own(problems(train_dataloader=sentences(tokenizer=tokenizer, neighbours=True))) == []


@pytest.mark.parametrize(
    ("tokenizer", "message"),
    [
        (dict(type="CorpusBPW"),
         f"{PATH}.tokenizer.type: 'CorpusBPW' is not in the tokenizer registry. Did you mean 'CorpusBPE' (datasets/latent/"),
        (dict(type="CorpusBPE", vocabulry=300),
         f"{PATH}.tokenizer.vocabulry: unknown argument of CorpusBPE (datasets/latent/tokenizers/corpus_bpe.py). "
         "Did you mean 'vocabulary'?"),
        (dict(type="CorpusBPE", vocabulary="many"), f"{PATH}.tokenizer.vocabulary: CorpusBPE (datasets/latent/"),
        (dict(type="TextFile"), f"{PATH}.tokenizer.type: 'TextFile' is not in the tokenizer registry."),
        (dict(vocabulary=300), f"{PATH}.tokenizer.type: missing; expected a name of the tokenizer registry"),
        ("CorpusBPE", f"{PATH}.tokenizer: SceneSentences (datasets/latent/dataset.py) got 'CorpusBPE' (str), expected dict"),
    ],
)  # fmt: skip
def test_a_tokenizer_is_checked_before_anything_is_built(problems, tokenizer, message: str):
    [line] = own(problems(train_dataloader=sentences(tokenizer=tokenizer)))
    assert line.startswith(message)


@pytest.mark.parametrize(
    ("argument", "message"),
    [
        (
            dict(complexity=4),
            "complexity: SceneSentences (datasets/latent/dataset.py) got 4 (int), expected one of 1, 2, 3",
        ),
        (dict(path="no/such.jsonl"), "path: no/such.jsonl: no such file or folder"),
        (dict(neighbors=True), "neighbors: unknown argument of SceneSentences"),
    ],
)
def test_the_other_arguments(problems, argument: dict, message: str):
    [line] = own(problems(train_dataloader=sentences(**argument)))
    assert line.startswith(f"{PATH}.{message}")

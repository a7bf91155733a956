"""The fusion agent, on detectors with random weights."""

import pytest
import torch

from stillhouse.models.can import FusionAgent
from stillhouse.models.can.contribution import shares
from stillhouse.models.can.fusion_state import SCORES, STATE

VGAE = dict(type="VGAE", num_ids=10, embedding_dim=3, hidden_dims=[8], latent_dim=4, num_heads=2, score="difficulty")
GAT = dict(type="GAT", num_ids=10, embedding_dim=3, hidden_dim=4, num_layers=1, num_heads=2)


def agent(seed: int = 0, **changes) -> FusionAgent:
    torch.manual_seed(seed)
    return FusionAgent(**{"vgae": dict(VGAE), "gat": dict(GAT), "hidden": [16], **changes}).eval()


def windows(count: int = 200, seed: int = 1) -> dict:
    """Columns as ``prepare`` gives them, of benign windows."""
    generator = torch.Generator().manual_seed(seed)
    return {
        "state": torch.randn(count, len(STATE), generator=generator),
        "scores": torch.rand(count, len(SCORES), generator=generator) * torch.tensor([1.0, 10.0, 100.0, 0.1, 5.0]),
    }


@pytest.fixture
def calibrated() -> FusionAgent:
    network = agent()
    network.calibrate(windows(), 0.01)
    return network


def parameters(network: FusionAgent) -> int:
    return sum(p.numel() for p in network.parameters() if p.requires_grad)


def test_sizes_of_student_and_teacher():
    assert parameters(agent(hidden=[160, 160])) == 31_701
    assert parameters(agent(hidden=[576, 576, 576])) == 686_037


def test_outputs_of_windows_with_and_without_labels(make_batch):
    network, batch = agent(), make_batch()
    outputs = network(network.prepare(batch))
    assert set(outputs) == set(network.outputs)
    assert outputs["q"].shape == (3, 21) and torch.equal(outputs["action"], outputs["q"].argmax(1))
    assert torch.equal(outputs["td_target"], outputs["reward"]) and set(outputs["reward"].tolist()) <= {-1.0, 1.0}
    assert set(network({"graph": batch["graph"]})) == {"q", "action"}
    predicted = network.predict({"graph": batch["graph"]})
    assert predicted["score"].shape == predicted["alpha"].shape == (3,)


def test_a_remembered_step_passes_through():
    step = {
        "state": torch.zeros(2, 15),
        "action": torch.tensor([3, 20]),
        "reward": torch.ones(2),
        "td_target": torch.zeros(2),
    }
    outputs = agent()(step)
    assert all(outputs[name] is step[name] for name in ("action", "reward", "td_target"))


def test_preparing_happens_once(make_batch):
    network = agent()
    prepared = network.prepare(make_batch())
    assert prepared["state"].shape == (3, 15) and prepared["scores"].shape == (3, 5)
    assert network.prepare(prepared) is prepared
    assert not prepared["state"].requires_grad


def test_detectors_stay_in_evaluation_mode_and_still(make_batch):
    network = agent().train()
    assert network.q_network.training and not network.vgae.training and not network.gat.training
    batch = make_batch()
    assert torch.equal(network.prepare(batch)["state"], network.prepare(batch)["state"]), "z must be mu"
    assert not any(p.requires_grad for p in (*network.vgae.parameters(), *network.gat.parameters()))


@pytest.mark.parametrize(("alpha", "column"), [(0, 0), (20, 4)])
def test_at_the_ends_one_detector_decides_and_ranks(calibrated, alpha: int, column: int):
    batch = windows(seed=2)
    score = calibrated.decide(batch, torch.full((200,), alpha))["score"]
    raw = batch["scores"][:, column]
    assert torch.equal(score.argsort(), raw.argsort())
    assert torch.equal(score > 0.5, raw > calibrated.score_threshold[column])


def test_each_detector_alone_keeps_the_false_positive_rate():
    network = agent(vgae_margin=1.0, gat_log_odds=-1e9)
    network.calibrate(windows(), 0.01)
    for action in (0, 20):
        assert int((network.decide(windows(), torch.full((200,), action))["score"] > 0.5).sum()) == 2


def test_thresholds_are_put_further_out():
    plain, raised = agent(vgae_margin=1.0, gat_log_odds=-1e9), agent(vgae_margin=3.0, gat_log_odds=1e6)
    for network in (plain, raised):
        network.calibrate(windows(), 0.01)
    median = windows()["scores"].double().median(dim=0).values
    expected = median + 3 * (plain.score_threshold - median)
    assert torch.allclose(raised.score_threshold[:-1], expected[:-1]) and raised.score_threshold[-1] == 1e6


@pytest.mark.parametrize("action", [0, 7, 20, 100, 167])
def test_the_score_rises_with_the_evidence(action: int):
    network = agent(vgae_weights="learned")
    network.calibrate(windows(), 0.01)
    batch = {"scores": torch.linspace(0, 1e5, 400).unsqueeze(1).expand(-1, 5).contiguous()}
    assert (network.decide(batch, torch.full((400,), action))["score"].diff() > 0).all()


@pytest.mark.parametrize("decides", ["vgae", "gat"])
def test_an_explanation_is_that_of_the_detector_which_decides(make_batch, decides):
    network, batch = agent(), {"graph": make_batch()["graph"]}
    network.alphas.fill_(0.0 if decides == "vgae" else 1.0)
    explained, alone = network.explained(batch), network.detectors()[decides].explained(batch)
    torch.testing.assert_close(explained.contributions(), shares(alone.contributions(), batch["graph"]))
    assert torch.equal(explained.outputs["score"], network.predict(batch)["score"])


def test_learned_weights_enlarge_the_actions():
    network = agent(vgae_weights="learned")
    network.calibrate(windows(), 0.01)
    assert network.num_actions == 168
    batch = {"scores": windows(seed=2)["scores"][:1].expand(168, -1)}
    decided = network.decide(batch, torch.arange(168))
    assert decided["alpha"].view(8, 21)[3].tolist() == pytest.approx([i / 20 for i in range(21)])
    assert len(set(decided["score"].view(8, 21)[:, 0].tolist())) == 8
    assert len(set(decided["score"].view(8, 21)[:, -1].tolist())) == 1, "at alpha 1 the autoencoder plays no part"


def test_prediction_is_the_mean_under_the_policy(calibrated):
    batch = windows(5, seed=3)
    predicted = calibrated.predict(batch)
    every = [calibrated.decide(batch, torch.full((5,), action)) for action in range(21)]
    policy = (calibrated(batch)["q"].double() / 0.1).softmax(1)
    for name in ("score", "alpha"):
        expected = sum(policy[:, action] * every[action][name] for action in range(21))
        torch.testing.assert_close(predicted[name], expected)
    calibrated.temperature = 0.0
    greedy = calibrated.predict(batch)
    torch.testing.assert_close(greedy["score"], calibrated.decide(batch, greedy["action"])["score"])


def test_calibration_is_part_of_the_state(calibrated):
    other = agent(seed=5)
    other.load_state_dict(calibrated.state_dict())
    batch = windows(seed=2)
    assert torch.equal(other.predict(batch)["score"], calibrated.predict(batch)["score"])


def test_bounded_columns_are_left_as_they_are(calibrated):
    for name, scale in zip(STATE, calibrated.state_scale.tolist()):
        assert (scale == 1) == ("confidence" in name or "probability" in name), name
    assert torch.isfinite(calibrated.normalised(torch.full((1, 15), 1e30))).all()


def test_distillation_is_refused():
    assert FusionAgent.kd_refusal == "the DQN agent uses already-distilled VGAE and GAT models"


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (dict(hidden=[]), r"FusionAgent\.hidden: expected at least one width, got none"),
        (dict(temperature=-1.0), r"FusionAgent\.temperature: got -1\.0, expected at least 0"),
        (dict(benign_side=0.0), r"FusionAgent\.benign_side: got 0\.0, expected a number in \(0, 1\]"),
    ],
)
def test_refusals(change: dict, message: str):
    with pytest.raises(ValueError, match=message):
        agent(**change)


def test_the_classifier_alone_decides_about_a_strange_vehicle(calibrated):
    batch = calibrated.prepare({**windows(seed=3), "adapted": torch.arange(200) % 2 == 0})
    found, (_, gat) = calibrated.predict(batch), calibrated.verdicts(batch)
    assert (found["alpha"][::2] == 1).all() and (found["alpha"][1::2] < 1).any()
    assert torch.equal(found["score"][::2], gat.sigmoid()[::2])
    assert not torch.equal(found["score"][1::2], gat.sigmoid()[1::2])

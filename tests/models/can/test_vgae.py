import math

import pytest
import torch
from torch.nn import functional as F

from stillhouse.losses import CrossEntropy, MeanSquaredError, NamedOutput, NeighborBCE
from stillhouse.models.can import VGAE, graph_errors
from stillhouse.models.can.vgae import kl_to_standard_normal
from stillhouse.registry import LOSSES, MODELS

TEACHER = {"embedding_dim": 64, "hidden_dims": [1024, 512], "latent_dim": 96, "num_heads": 4}
STUDENT = {"embedding_dim": 4, "hidden_dims": [80, 40], "latent_dim": 16, "num_heads": 1}
SMALL = {"num_ids": 10, "embedding_dim": 3, "hidden_dims": [8, 6], "latent_dim": 4, "num_heads": 2}


def parameters(network):
    of_ids = sum(p.numel() for name in network.vocabulary_modules for p in getattr(network, name).parameters())
    return sum(p.numel() for p in network.parameters()), of_ids


def vgae(seed=0, **changes):
    torch.manual_seed(seed)
    return VGAE(**{**SMALL, **changes})


def objective(network, batch):
    losses = [
        MeanSquaredError("cont_out", "graph.x"),
        CrossEntropy("canid_logits", "graph.node_id", weight=0.1),
        NeighborBCE(weight=0.05),
        NamedOutput("kl_loss", weight=0.01),
    ]
    outputs = network(batch)
    return sum(loss.weight * loss(outputs, batch) for loss in losses)


def test_parameter_counts_with_and_without_the_vocabulary():
    total, of_ids = parameters(VGAE(2049, **TEACHER))
    assert 1.3e6 < total < 1.7e6
    assert of_ids == 2049 * (64 + 2 * 97)
    total, of_ids = parameters(VGAE(2049, **STUDENT))
    assert 8.4e4 < total < 9e4
    assert of_ids == 2049 * (4 + 2 * 17)


def test_shapes_ranges_and_widths(make_batch):
    network, batch = vgae(), make_batch()
    outputs = network(batch)
    assert set(outputs) == set(network.outputs)
    for name in ("cont_out", "canid_logits", "neighbor_logits", "z", "mu", "logvar"):
        assert outputs[name].shape == (15, network.output_width(name))
    assert outputs["kl_loss"].shape == ()
    assert outputs["cont_out"].min() > 0 and outputs["cont_out"].max() < 1


def test_z_is_mu_in_evaluation_and_a_sample_in_training(make_batch):
    network, batch = vgae(unk_rate=0.0), make_batch((40,))
    torch.nn.init.constant_(network.logvar_head.bias, 2.0)
    outputs = network(batch)
    noise = ((outputs["z"] - outputs["mu"]) * (-0.5 * outputs["logvar"]).exp()).flatten()
    assert abs(noise.mean()) < 0.25 and 0.8 < noise.std() < 1.2
    network.eval()
    first, second = network(batch), network(batch)
    assert torch.equal(first["z"], first["mu"])
    torch.testing.assert_close(first, second, rtol=0, atol=0)


def test_evaluation_draws_nothing_from_the_random_stream(make_batch):
    network, batch = vgae().eval(), make_batch()
    before = torch.get_rng_state()
    network(batch)
    assert torch.equal(torch.get_rng_state(), before)


def test_order_of_nodes_permutes_the_outputs(make_batch, permute, shuffled):
    network, batch = vgae().eval(), make_batch()
    outputs, moved = network(batch), network(permute(batch, shuffled))
    for name in ("cont_out", "canid_logits", "neighbor_logits", "mu", "logvar"):
        torch.testing.assert_close(moved[name], outputs[name][shuffled])
    torch.testing.assert_close(network.predict(permute(batch, shuffled)), network.predict(batch))


def test_kl_by_hand_and_by_torch():
    assert kl_to_standard_normal(torch.zeros(3, 4), torch.zeros(3, 4)) == 0
    by_hand = kl_to_standard_normal(torch.tensor([[1.0, 0.0]]), torch.tensor([[0.0, math.log(4.0)]]))
    assert by_hand.item() == pytest.approx(0.5 + 0.5 * (3 - math.log(4.0)))
    mu, logvar = torch.randn(2, 5, 3, generator=torch.Generator().manual_seed(0))
    posterior = torch.distributions.Normal(mu, (0.5 * logvar).exp())
    reference = torch.distributions.kl_divergence(posterior, torch.distributions.Normal(0.0, 1.0)).sum(1).mean()
    torch.testing.assert_close(kl_to_standard_normal(mu, logvar), reference)


def test_errors_of_a_window_by_loops(make_batch):
    network, batch = vgae().eval(), make_batch()
    graph, outputs, predicted = batch["graph"], network(batch), network.predict(batch)
    for g in range(3):
        nodes = range(int(graph.ptr[g]), int(graph.ptr[g + 1]))
        mse = [F.mse_loss(outputs["cont_out"][n], graph.x[n]).item() for n in nodes]
        ce = [F.cross_entropy(outputs["canid_logits"][n], graph.node_id[n]).item() for n in nodes]
        bce = []
        for n in nodes:
            target = torch.zeros(10)
            target[graph.node_id[graph.edge_index[1, graph.edge_index[0] == n]]] = 1.0
            bce.append(F.binary_cross_entropy_with_logits(outputs["neighbor_logits"][n], target).item())
        assert predicted["node_error"][g].item() == pytest.approx(max(mse), rel=1e-5)
        assert predicted["id_error"][g].item() == pytest.approx(max(ce), rel=1e-5)
        assert predicted["neighbor_error"][g].item() == pytest.approx(max(bce), rel=1e-5)
        difficulty = sum(mse) / len(mse) + 0.1 * sum(ce) / len(ce)
        assert predicted["difficulty"][g].item() == pytest.approx(difficulty, rel=1e-5)


@pytest.mark.parametrize("score", ["node_error", "id_error", "neighbor_error", "difficulty"])
def test_score_is_the_chosen_error(make_batch, score):
    predicted = vgae(score=score).eval().predict(make_batch())
    assert torch.equal(predicted["score"], predicted[score])


@pytest.mark.parametrize("sizes", [(1,), (1, 1), (1, 4), (6,)])
@pytest.mark.parametrize("conv", ["gatv2", "gat"])
def test_single_nodes_and_single_windows_train(make_batch, sizes, conv):
    network, batch = vgae(conv=conv), make_batch(sizes)
    loss = objective(network, batch)
    loss.backward()
    assert loss.isfinite()
    assert all(p.grad is not None and p.grad.isfinite().all() for p in network.parameters())


def test_a_far_posterior_stays_finite(make_batch):
    network, batch = vgae(), make_batch()
    with torch.no_grad():
        network.logvar_head.bias.fill_(1e4)
    assert objective(network, batch).isfinite()


def test_posterior_stays_float32_under_autocast(make_batch):
    with torch.autocast("cpu", dtype=torch.bfloat16):
        outputs = vgae()(make_batch())
        predicted = vgae().eval().predict(make_batch())
    assert {outputs[name].dtype for name in ("mu", "logvar", "z", "kl_loss")} == {torch.float32}
    assert {value.dtype for value in predicted.values()} == {torch.float32}


def test_trained_on_normal_windows_a_strange_one_stands_out(make_batch):
    batch = make_batch((4,) * 12, num_ids=5, seed=1)
    graph = batch["graph"]
    graph.node_id = torch.tensor([1, 2, 3, 4]).repeat(12)
    nodes = torch.arange(48)
    graph.edge_index = torch.stack([nodes, nodes // 4 * 4 + (nodes + 1) % 4])
    graph.edge_attr = torch.full((48, 11), 0.5)
    network = vgae(hidden_dims=[16, 16], num_ids=5, latent_dim=8)
    optimizer = torch.optim.Adam(network.parameters(), lr=0.02)
    for _ in range(120):
        optimizer.zero_grad()
        objective(network, batch).backward()
        optimizer.step()
    network.eval()
    normal = network.predict(batch)
    graph.edge_index[1, :4] = torch.tensor([3, 0, 1, 2])
    reversed_first = network.predict(batch)["neighbor_error"]
    assert reversed_first[0] > 1.5 * normal["neighbor_error"].max()
    torch.testing.assert_close(reversed_first[1:], normal["neighbor_error"][1:])


def test_the_registry_and_the_default_distillation_build(make_batch):
    student, teacher = MODELS.build({"type": "VGAE", **SMALL}), vgae(1, latent_dim=7, hidden_dims=[12, 8]).eval()
    batch = make_batch()
    outputs = {**student(batch), **{f"teacher.{name}": value for name, value in teacher(batch).items()}}
    for cfg in student.distillation.values():
        loss = LOSSES.build(dict(cfg))
        if hasattr(loss, "bind"):
            loss.bind(student, teacher)
        assert loss.output in student.outputs
        assert loss(outputs, batch).item() > 0


def test_errors_need_no_network(make_batch):
    batch = make_batch()
    perfect = {
        "cont_out": batch["graph"].x,
        "canid_logits": 100.0 * F.one_hot(batch["graph"].node_id, 10),
        "neighbor_logits": torch.zeros(15, 10),
    }
    errors = graph_errors(perfect, batch["graph"])
    assert errors["node_error"].tolist() == [0.0] * 3
    assert errors["id_error"].max() < 1e-6
    torch.testing.assert_close(errors["neighbor_error"], torch.full((3,), math.log(2.0)))


def test_no_hidden_layer_is_refused():
    with pytest.raises(ValueError, match=r"VGAE.hidden_dims: expected at least one width, got none"):
        vgae(hidden_dims=[])


def test_unknown_score_names_the_nearest():
    with pytest.raises(ValueError, match=r"VGAE.score: .*got 'neighbour_error'. Did you mean 'neighbor_error'"):
        vgae(score="neighbour_error")


def test_the_scalar_has_no_width():
    with pytest.raises(ValueError, match=r"VGAE.output_width: 'kl_loss' has no width"):
        vgae().output_width("kl_loss")


def test_the_network_can_change_dtype(make_batch):
    outputs = vgae().to(torch.float64).eval()(make_batch(dtype=torch.float64))
    assert outputs["cont_out"].dtype == torch.float64

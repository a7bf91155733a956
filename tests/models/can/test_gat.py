import pytest
import torch

from stillhouse.losses import CrossEntropy, SoftLabels
from stillhouse.models.can import GAT
from stillhouse.registry import LOSSES, MODELS

TEACHER = {"embedding_dim": 32, "hidden_dim": 64, "num_layers": 5, "num_heads": 8}
STUDENT = {"embedding_dim": 8, "hidden_dim": 24, "num_layers": 2, "num_heads": 4, "fc_dim": 128}
SMALL = {"num_ids": 10, "embedding_dim": 3, "hidden_dim": 4, "num_layers": 2, "num_heads": 2}


def parameters(network, vocabulary=True):
    total = sum(p.numel() for p in network.parameters())
    of_ids = sum(p.numel() for name in network.vocabulary_modules for p in getattr(network, name).parameters())
    return total if vocabulary else total - of_ids


def gat(seed=0, **changes):
    torch.manual_seed(seed)
    return GAT(**{**SMALL, **changes})


@pytest.mark.parametrize("num_ids", [256, 2049])
def test_student_is_within_six_percent_of_the_teacher(num_ids):
    teacher, student = GAT(num_ids, **TEACHER), GAT(num_ids, **STUDENT)
    assert 1.05e6 < parameters(teacher) < 1.2e6
    assert 4e4 < parameters(student) < 6e4
    assert parameters(student) <= 0.06 * parameters(teacher)
    assert parameters(student, vocabulary=False) <= 0.06 * parameters(teacher, vocabulary=False)
    assert parameters(teacher) - parameters(teacher, vocabulary=False) == num_ids * 32


def test_shapes_and_widths(make_batch):
    network = gat()
    outputs = network(make_batch())
    assert set(outputs) == set(network.outputs)
    assert outputs["logits"].shape == (3, network.output_width("logits")) == (3, 2)
    assert outputs["embedding"].shape == (3, network.output_width("embedding")) == (3, 16)


def test_the_embedding_holds_every_layer(make_batch):
    deep, batch = gat().eval(), make_batch()
    shallow = gat(num_layers=1).eval()
    shallow.ids, shallow.layers[0] = deep.ids, deep.layers[0]
    torch.testing.assert_close(deep(batch)["embedding"][:, :8], shallow(batch)["embedding"])


def test_the_classifier_reads_the_nodes_themselves_with_jump_input(make_batch):
    network, batch = gat(pool="mean_max", jump_input=True).eval(), make_batch()
    embedding = network(batch)["embedding"]
    width = SMALL["embedding_dim"] + batch["graph"].x.shape[1]
    assert embedding.shape[1] == network.output_width("embedding") == 2 * (width + 16)
    graph = batch["graph"]
    nodes = torch.cat([network.ids(graph.node_id), graph.x], dim=1)
    of_first = nodes[: int(graph.ptr[1])]
    torch.testing.assert_close(embedding[0, :width], of_first.mean(dim=0))
    torch.testing.assert_close(embedding[0, width + 16 : 2 * width + 16], of_first.max(dim=0).values)


@pytest.mark.parametrize("conv", ["gatv2", "gat"])
def test_order_of_nodes_does_not_matter(make_batch, permute, shuffled, conv):
    network = gat(conv=conv).eval()
    batch = make_batch()
    torch.testing.assert_close(network(permute(batch, shuffled)), network(batch))


def test_windows_of_a_batch_do_not_touch_each_other(make_batch):
    network, batch = gat().eval(), make_batch()
    before = network(batch)["logits"]
    batch["graph"].x[-1] += 1.0
    after = network(batch)["logits"]
    torch.testing.assert_close(after[:2], before[:2], rtol=0, atol=0)
    assert not torch.equal(after[2], before[2])


@pytest.mark.parametrize(("conv", "reads"), [("gatv2", True), ("gat", False)])
def test_edge_attributes_are_read_by_gatv2_alone(make_batch, conv, reads):
    network, batch = gat(conv=conv).eval(), make_batch()
    before = network(batch)["logits"]
    batch["graph"].edge_attr = batch["graph"].edge_attr.flip(0)
    assert torch.equal(network(batch)["logits"], before) is not reads


def test_direction_of_the_edges_matters(make_batch):
    network, batch = gat().eval(), make_batch()
    before = network(batch)["logits"]
    batch["graph"].edge_index = batch["graph"].edge_index.flip(0)
    assert not torch.allclose(network(batch)["logits"], before)


def test_evaluation_is_deterministic_and_training_is_not(make_batch):
    network, batch = gat(), make_batch()
    assert not torch.equal(network(batch)["logits"], network(batch)["logits"])
    network.eval()
    assert torch.equal(network(batch)["logits"], network(batch)["logits"])


@pytest.mark.parametrize("sizes", [(1,), (1, 3), (5,)])
def test_single_nodes_and_single_windows_train(make_batch, sizes):
    network, batch = gat(fc_dim=5), make_batch(sizes)
    loss = CrossEntropy()(network(batch), batch)
    loss.backward()
    assert loss.isfinite()
    assert all(p.grad is not None and p.grad.isfinite().all() for p in network.parameters())


def test_a_node_without_edges_keeps_its_own_features(make_batch):
    network, batch = gat().eval(), make_batch((1,))
    batch["graph"].edge_index, batch["graph"].edge_attr = torch.empty(2, 0, dtype=torch.int64), torch.empty(0, 11)
    before = network(batch)["embedding"]
    batch["graph"].x = 1 - batch["graph"].x
    assert not torch.allclose(network(batch)["embedding"], before)


def test_recomputed_layers_give_the_same_gradients(make_batch):
    batch, gradients = make_batch(), []
    for recompute in (False, True):
        network = gat(checkpoint_gradients=recompute)
        torch.manual_seed(7)
        CrossEntropy()(network(batch), batch).backward()
        gradients.append([p.grad for p in network.parameters()])
    for plain, recomputed in zip(*gradients):
        assert torch.equal(plain, recomputed)


def test_recomputing_keeps_less_for_the_backward_pass(make_batch):
    kept = {}
    for recompute in (False, True):
        sizes = []
        hooks = torch.autograd.graph.saved_tensors_hooks(lambda t, s=sizes: s.append(t.numel()) or t, lambda t: t)
        with hooks:
            gat(num_layers=4, checkpoint_gradients=recompute)(make_batch())
        kept[recompute] = sum(sizes)
    assert kept[True] < 0.5 * kept[False]


def test_score_is_the_log_odds_and_does_not_saturate(make_batch):
    network = gat().eval()
    with torch.no_grad():
        network.classifier.bias.copy_(torch.tensor([-100.0, 100.0]))
    predicted = network.predict(make_batch())
    logits = predicted["logits"]
    torch.testing.assert_close(predicted["score"], logits[:, 1] - logits[:, 0])
    torch.testing.assert_close(predicted["probability"], logits.softmax(dim=1)[:, 1])
    assert predicted["probability"].unique().numel() == 1
    assert predicted["score"].unique().numel() == 3


def test_score_of_several_attack_classes_is_against_normal(make_batch):
    predicted = gat(num_classes=4).eval().predict(make_batch())
    torch.testing.assert_close(predicted["probability"], 1 - predicted["logits"].softmax(dim=1)[:, 0])


def test_score_is_float32_under_autocast(make_batch):
    with torch.autocast("cpu", dtype=torch.bfloat16):
        predicted = gat().eval().predict(make_batch())
    assert predicted["logits"].dtype == torch.bfloat16
    assert predicted["score"].dtype == torch.float32


def test_a_pyg_batch_is_read(make_batch):
    data = pytest.importorskip("torch_geometric.data")
    plain, network = make_batch(), gat().eval()
    graphs = []
    for start, stop in zip(plain["graph"].ptr, plain["graph"].ptr[1:]):
        mine = (plain["graph"].edge_index[0] >= start) & (plain["graph"].edge_index[0] < stop)
        fields = {"x": plain["graph"].x[start:stop], "edge_attr": plain["graph"].edge_attr[mine]}
        ids = plain["graph"].node_id[start:stop]
        graphs.append(data.Data(edge_index=plain["graph"].edge_index[:, mine] - start, node_id=ids, **fields))
    torch.testing.assert_close(network({"graph": data.Batch.from_data_list(graphs)}), network(plain))


def test_a_student_learns_what_the_labels_or_the_teacher_say(make_batch):
    batch = make_batch((5,) * 16, seed=1)
    batch["y"] = (batch["graph"].x[::5, 0] > 0.5).long()
    teacher, student = gat(seed=1).eval(), gat(seed=2, dropout=0.0, unk_rate=0.0)
    taught = {"teacher.logits": 20 * teacher(batch)["logits"].detach()}
    for loss in (CrossEntropy(), SoftLabels(temperature=1.0)):
        optimizer = torch.optim.Adam(student.parameters(), lr=0.03)
        first = last = None
        for _ in range(60):
            last = loss({**student(batch), **taught}, batch)
            first = last.item() if first is None else first
            optimizer.zero_grad()
            last.backward()
            optimizer.step()
        assert last.item() < 0.5 * first


def test_the_registry_and_the_default_distillation_build():
    network = MODELS.build({"type": "GAT", **SMALL})
    for cfg in network.distillation.values():
        assert LOSSES.build(dict(cfg)).output in network.outputs


def test_unusable_sizes_are_refused():
    with pytest.raises(ValueError, match="num_classes >= 2 and num_layers >= 1, got 1 and 2"):
        gat(num_classes=1)


def test_output_without_a_width_is_named():
    with pytest.raises(ValueError, match=r"GAT.output_width: 'mu' has no width.*'logits', 'embedding'"):
        gat().output_width("mu")


def test_the_network_can_change_dtype(make_batch):
    outputs = gat().to(torch.float64).eval()(make_batch(dtype=torch.float64))
    assert {value.dtype for value in outputs.values()} == {torch.float64}

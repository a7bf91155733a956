"""Networks told apart by their types."""

from pathlib import Path

import pytest

from stillhouse.engine.config import load_config
from stillhouse.engine.errors import ConfigError
from stillhouse.tools.combining.architecture import architecture, architecture_of, trained_configs


def test_types_of_parts_belong_to_it_and_other_configs_networks_do_not():
    network = dict(
        type="Flow",
        backbone=dict(type="DiT", width=8, norm=dict(type="RMS")),
        encoder=dict(type="CLIP", trained=dict(config="x.py", checkpoint="auto")),
        sampling=dict(steps=3),
        start=dict(config="y.py", checkpoint="auto"),
    )
    assert architecture(network) == "Flow(DiT, RMS, CLIP)"
    assert architecture(dict(type="GAT", num_ids=3)) == "GAT"


def test_every_shipped_config_that_trains_is_found():
    found = trained_configs()
    assert found["gat_student_normal_kd"] == found["gat_teacher_curriculum"] == "GAT"
    assert found["sketch_flow_image"] == "FlowMatching(StrokeDiT, TokenCondition, CLIPEncoder)"
    assert "scene_search" not in found, "it trains nothing"


def test_a_config_without_a_network_is_named(tmp_path: Path):
    path = tmp_path / "empty.py"
    path.write_text("seed = 0\nwork_root = 'x'\n")
    with pytest.raises(ConfigError, match=r"empty\.py: model\.network: missing"):
        architecture_of(load_config(path))
    assert trained_configs(tmp_path) == {}

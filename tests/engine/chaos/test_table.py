"""The table of a campaign."""

from stillhouse.engine.chaos.campaign import Outcome
from stillhouse.engine.chaos.table import all_kept, as_json, as_markdown, as_table, counted

CAMPAIGNS = "| campaign | tried | ended the run | same bits | clear refusal | unclear | lost | missed |"
KEPT = [
    Outcome("SIGKILL", "same bits", True, 1.0, []),
    Outcome("full disk", "clear refusal", True, 1.0, ["no room"]),
    Outcome("SIGKILL", "same bits", False, 1.0, []),
]
LOST = [*KEPT, Outcome("full disk", "lost", True, 2.0, ["differ: state_dict.w"])]


def test_faults_are_counted_by_kind():
    assert counted(LOST) == [
        ["SIGKILL", 2, 1, 2, 0, 0, 0, 0], ["full disk", 2, 2, 0, 1, 0, 1, 0], ["all", 4, 3, 2, 1, 0, 1, 0],
    ]  # fmt: skip
    assert as_table(LOST, "some").row_count == 3


def test_figures_name_the_columns():
    content = as_json(LOST, {"config": "c.py"})
    assert content["config"] == "c.py" and content["table"][1]["lost"] == 1
    assert content["faults"][3]["messages"] == ["differ: state_dict.w"]


def test_what_is_lost_is_not_kept():
    assert all_kept(KEPT) and not all_kept(LOST)
    assert all_kept([Outcome("no memory", "unclear", True, 1.0, ["Traceback"])])


def test_a_page_gets_a_row_a_campaign_and_what_was_lost():
    lines = as_markdown({"text": KEPT, "latent": LOST}).splitlines()
    assert lines[0] == CAMPAIGNS and lines[1] == "| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |"
    assert lines[2:5] == [
        "| text (`minigpt`) | 3 | 2 | 2 | 1 | 0 | 0 | 0 |",
        "| latent (`phase1_quick_test`) | 4 | 3 | 2 | 1 | 0 | 1 | 0 |",
        "| all | 7 | 5 | 4 | 2 | 0 | 1 | 0 |",
    ]
    assert lines[8:10] == ["| SIGKILL | 4 | 2 | 4 | 0 | 0 | 0 | 0 |", "| full disk | 3 | 3 | 0 | 2 | 0 | 1 | 0 |"]
    assert lines[-1] == "- latent, full disk, lost: differ: state_dict.w"

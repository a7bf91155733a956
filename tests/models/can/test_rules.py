from itertools import pairwise

import numpy as np
import pytest

from stillhouse.models.can import count_score, unseen_id_score

NODE_ID = np.array([1, 0, 0, 2, 1])
COUNT = np.array([7, 2, 3, 5, 1])
PTR = np.array([0, 3, 5])


def test_unseen_ids_by_hand():
    assert unseen_id_score(NODE_ID, PTR).tolist() == [2.0, 0.0]
    assert unseen_id_score(NODE_ID, PTR, COUNT).tolist() == [5.0, 0.0]


def test_counts_by_hand():
    scores = count_score(NODE_ID, COUNT, PTR, max_count=np.array([0, 3, 11]))
    np.testing.assert_allclose(scores, [2.0, -1.0])


def test_a_window_at_the_training_maximum_scores_zero():
    assert count_score(np.array([1, 2]), np.array([4, 9]), np.array([0, 2]), np.array([0, 4, 9])).tolist() == [0.0]


def test_order_of_nodes_within_a_window_does_not_matter():
    order, limits = np.array([2, 0, 1, 4, 3]), np.array([0, 3, 11])
    np.testing.assert_allclose(
        count_score(NODE_ID[order], COUNT[order], PTR, limits), count_score(NODE_ID, COUNT, PTR, limits)
    )


def test_equals_a_loop_over_many_windows():
    rng = np.random.default_rng(0)
    ptr = np.concatenate([[0], rng.integers(1, 9, 200).cumsum()])
    node_id, count = rng.integers(0, 20, ptr[-1]), rng.integers(1, 30, ptr[-1])
    limits = rng.integers(0, 30, 20)
    loop = [max(np.log2((c + 1) / (limits[i] + 1)) for i, c in zip(node_id[a:b], count[a:b])) for a, b in pairwise(ptr)]
    np.testing.assert_allclose(count_score(node_id, count, ptr, limits), loop)


def test_id_outside_the_vocabulary_is_refused():
    with pytest.raises(ValueError, match=r"node_id holds index 2, but max_count has 2 entries.*vocabulary"):
        count_score(NODE_ID, COUNT, PTR, np.zeros(2))


@pytest.mark.parametrize("ptr", [[0, 3, 3, 5], [0, 3], [1, 5], [0]])
def test_pointers_that_do_not_cover_the_nodes_are_refused(ptr):
    with pytest.raises(ValueError, match="node_ptr: expected increasing values from 0 to the number of nodes, 5"):
        unseen_id_score(NODE_ID, np.array(ptr))

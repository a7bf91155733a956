"""The queue and its workers."""

import time
from collections.abc import Callable
from io import BytesIO

import pytest
import torch
from PIL import Image
from scene_services import PATIENCE_S, ToyRenderer, colour, scene

from stillhouse.engine.scene.service.errors import RefusalError
from stillhouse.engine.scene.service.pool import Job, RenderPool
from stillhouse.engine.scene.service.settings import Settings


def job(repetitions: int, size: int = 8) -> Job:
    return Job(scene(repetitions), size, "png")


def shown(job: Job) -> tuple[int, int, int]:
    with Image.open(BytesIO(job.done.result(PATIENCE_S))) as file:
        assert file.size == (job.size, job.size)
        return file.getpixel((0, 0))


def until(true: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE_S
    while not true():
        assert time.monotonic() < end
        time.sleep(0.002)


@pytest.fixture
def held():
    """One worker that is kept busy by a first job, and how to let it go on."""
    renderer = ToyRenderer()
    pool = RenderPool(renderer, Settings(workers=1, queue_limit=4, max_batch=3, grace_s=10))
    renderer.go_on.clear()
    first = job(1)
    pool.submit(first)
    until(lambda: len(renderer.batches) == 1)
    yield pool, renderer, first
    renderer.go_on.set()
    assert pool.close()


def test_every_job_gets_its_own_image():
    pool = RenderPool(ToyRenderer(0.001), Settings(workers=3))
    jobs = [job(i, size=8 + i % 2) for i in range(1, 50)]
    for one in jobs:
        pool.submit(one)
    assert [shown(one) for one in jobs] == [colour(one.scene) for one in jobs]
    assert pool.close()
    assert pool.counts() == {"waiting": 0, "rendering": 0, "rendered": 49, "failed": 0, "workers": 0}


def test_waiting_jobs_of_one_size_are_drawn_together_in_their_order(held):
    pool, renderer, first = held
    jobs = [job(2), job(3, size=9), job(4), job(5)]
    for one in jobs:
        pool.submit(one)
    assert pool.counts()["waiting"] == 4 and pool.counts()["rendering"] == 1
    renderer.go_on.set()
    assert [shown(one)[0] for one in [first, *jobs]] == [1, 2, 3, 4, 5]
    assert renderer.batches == [[1], [2, 4, 5], [3]]


def test_large_images_are_drawn_one_by_one(held):
    pool, renderer, first = held
    jobs = [job(2, size=400), job(3, size=400)]
    for one in jobs:
        pool.submit(one)
    renderer.go_on.set()
    assert [shown(one)[0] for one in [first, *jobs]] == [1, 2, 3] and renderer.batches == [[1], [2], [3]]


def test_a_full_queue_refuses(held):
    pool, _, _ = held
    for i in range(4):
        pool.submit(job(i + 2))
    with pytest.raises(RefusalError, match="4 requests are waiting already") as refused:
        pool.submit(job(9))
    assert refused.value.status == 503 and refused.value.headers == {"Retry-After": "1"}


def test_a_job_taken_back_is_not_rendered_and_makes_room(held):
    pool, renderer, first = held
    second = job(2)
    pool.submit(second)
    assert pool.withdraw(second) and not pool.withdraw(second) and not pool.withdraw(first)
    assert second.done.cancelled() and pool.counts()["waiting"] == 0
    renderer.go_on.set()
    assert shown(first)[0] == 1 and renderer.batches == [[1]]


def test_a_scene_that_fails_takes_no_other_with_it(held, caplog):
    pool, renderer, _ = held
    jobs = [job(2), job(500), job(3)]
    for one in jobs:
        pool.submit(one)
    renderer.go_on.set()
    assert shown(jobs[0])[0] == 2 and shown(jobs[2])[0] == 3
    with pytest.raises(RuntimeError, match="a secret"):
        jobs[1].done.result(PATIENCE_S)
    assert renderer.batches == [[1], [2, 500, 3], [2], [500], [3]]
    assert pool.counts()["failed"] == 1 and "'repetitions': 500" in caplog.text


@pytest.mark.parametrize(
    ("images", "said"),
    [(torch.zeros(1, 3, 4, 4), r"shape \(1, 3, 4, 4\), expected \(1, 3, 8, 8\)"),
     (torch.full((1, 3, 8, 8), torch.inf), "not finite")],
)  # fmt: skip
def test_what_a_renderer_must_not_give_is_a_failure_and_the_worker_goes_on(images: torch.Tensor, said: str):
    replies = [images, torch.zeros(1, 3, 8, 8)]
    pool = RenderPool(lambda scenes, size: replies.pop(0), Settings(workers=1))
    first, second = job(1), job(2)
    pool.submit(first)
    with pytest.raises(ValueError, match=said):
        first.done.result(PATIENCE_S)
    pool.submit(second)
    assert shown(second) == (0, 0, 0) and pool.close()


def test_ending_finishes_what_is_rendered_and_refuses_the_rest(held):
    pool, renderer, first = held
    second = job(2)
    pool.submit(second)
    pool.drain()
    for refused in (lambda: second.done.result(0), lambda: pool.submit(job(3))):
        with pytest.raises(RefusalError, match="the service is ending") as error:
            refused()
        assert error.value.status == 503
    assert pool.is_draining and not first.done.done()
    renderer.go_on.set()
    assert shown(first)[0] == 1


def test_a_worker_that_does_not_come_back_is_left_behind():
    renderer = ToyRenderer()
    renderer.go_on.clear()
    pool = RenderPool(renderer, Settings(workers=1, grace_s=0.05))
    pool.submit(job(1))
    until(lambda: len(renderer.batches) == 1)
    assert not pool.close()
    renderer.go_on.set()

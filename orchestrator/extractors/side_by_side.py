"""Many files at once: threads that take jobs from one queue, each with a process of its own."""

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from queue import Empty, SimpleQueue

from pareback.gates.index.extraction import Extracted, Job

Work = Callable[[Iterable[Job]], list[Extracted]]
"""What one thread does with the jobs that it gets hold of."""


def spread(jobs: Iterable[Job], width: int, work: Work) -> Iterator[Extracted]:
    """What `width` threads make of the jobs, in no particular order."""
    queue: SimpleQueue[Job] = SimpleQueue()
    for job in jobs:
        queue.put(job)
    with ThreadPoolExecutor(width) as pool:
        done = list(pool.map(work, [_taken(queue) for _ in range(width)]))
    return (each for some in done for each in some)


def _taken(queue: SimpleQueue[Job]) -> Iterator[Job]:
    while True:
        try:
            yield queue.get_nowait()
        except Empty:
            return

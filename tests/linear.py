"""Whether work grows with its size and no faster."""

import gc
from collections.abc import Callable
from time import process_time

LEAST_S = 0.02
"""Anything faster is measured as this."""


def seconds(work: Callable[[int], object], size: int) -> float:
    """Seconds of this process; the collector is off, since what other tests left would be counted too."""
    gc.collect()
    gc.disable()
    try:
        begin = process_time()
        work(size)
        return max(process_time() - begin, LEAST_S)
    finally:
        gc.enable()


def grows_linearly(work: Callable[[int], object], size: int, times: int = 4) -> bool:
    """Whether `times` the size costs nearer to `times` than to its square; one try of five must, as noise only adds."""
    work(10)
    return any(seconds(work, size * times) < times**1.5 * seconds(work, size) for _ in range(5))

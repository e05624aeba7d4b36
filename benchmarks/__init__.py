"""Measurements against hand-written JAX, NumPy and Python, in one process, interleaved, medians, as ratios."""

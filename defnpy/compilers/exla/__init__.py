"""EXLA: graphs compiled by XLA through JAX. JAX is imported when something is compiled."""

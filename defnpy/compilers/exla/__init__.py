"""EXLA: graphs compiled by XLA through JAX. Nothing here is imported before somebody asks for EXLA."""

"""Reverse-mode gradients as transformations of graphs."""

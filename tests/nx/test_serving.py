"""Servings run batches inline and by name."""

from __future__ import annotations

import numpy as np
import pytest

from defnpy.nx.api.elementwise import multiply
from defnpy.nx.lib import batch, serving
from defnpy.nx.options import keywords
from defnpy.terms.atom import Atom
from defnpy.terms.errors import ArgumentError


def _double(options):
    return lambda rows: multiply(rows, 2)


def test_inline():
    made = serving.new(_double)
    assert serving.run(made, batch.stack([1, 2, 3])).numpy().tolist() == [2, 4, 6]


def test_processing_around():
    made = serving.client_preprocessing(serving.new(_double), lambda rows: (batch.stack(rows), len(rows)))
    made = serving.client_postprocessing(made, lambda result, info: (result[0].numpy().sum(), info))
    assert serving.run(made, [1, 2, 3]) == (12, 3)


def test_by_name_pads_and_cuts():
    sizes = []

    def counting(options):
        def run(rows):
            made = multiply(rows, 2)
            sizes.append(made.shape[0])
            return made

        return run

    name = Atom("Elixir.DoublingServing")
    serving.start_link(keywords(name=name, serving=serving.new(counting), batch_size=2))
    assert serving.batched_run(name, batch.stack([1, 2, 3])).numpy().tolist() == [2, 4, 6]
    assert sizes == [2, 2]


def test_limits():
    made = serving.batch_size(serving.new(_double), 2)
    with pytest.raises(ArgumentError, match="batch size \\(3\\) cannot exceed"):
        serving.run(made, batch.stack([1, 2, 3]))


def test_batches_split_across_entries():
    whole = batch.concatenate([np.arange(3), np.arange(4)])
    left, right = batch.split(whole, 5)
    assert (left.size, right.size) == (5, 2)
    assert serving.run(serving.new(_double), right).numpy().tolist() == [4, 6]

"""``Nx.Shape``: shapes, names and axes without tensors, and the same rules in the functions of Nx."""

from __future__ import annotations

from typing import Any

import pytest

from defnpy.host.setup import ensure_runtime
from defnpy.terms.errors import ArgumentError
from defnpy.terms.inspect import inspect


def run(code: str) -> Any:
    return ensure_runtime().evaluator.run_text(code, "case.exs")


@pytest.mark.parametrize(
    ("call", "value"),
    [
        ("validate!({5, 7}, :window)", "{5, 7}"),
        ("to_string({5, 7}, [:row, nil])", '"[row: 5][7]"'),
        ("named_axes!(nil, {5, 7})", "[nil, nil]"),
        ("named_axes!([:row, nil], {5, 7})", "[:row, nil]"),
        ("find_name!([:row, :col], :col)", "1"),
        ("merge_names!([nil, :col], [:row, nil])", "[:row, :col]"),
        ("reshape({6, 4}, {3, :auto, 2})", "{3, 4, 2}"),
        ("broadcast!({6}, {6, 9}, [0])", ":ok"),
        ("binary_broadcast({6, 1}, [:row, nil], {9}, [:col])", "{{6, 9}, [:row, :col]}"),
        ("broadcast_axes({6}, {9, 6})", "[1]"),
        ("contract({6, 9, 2}, [1], [:a, :b, nil], false)", "{{6, 2}, [:a, nil]}"),
        ("contract({6, 9, 2}, [1], [:a, :b, nil], true)", "{{6, 1, 2}, [:a, :b, nil]}"),
        ("transpose({6, 9, 2}, [2, 0, 1], [:a, :b, nil])", "{{2, 6, 9}, [nil, :a, :b]}"),
        ("transpose_axes({6, 9, 2})", "[2, 1, 0]"),
        ("transpose_axes({6, 9}, 1)", "[2, 1]"),
        ("squeeze({1, 9, 1}, [0], [:a, :b, :c])", "{{9, 1}, [:b, :c]}"),
        ("squeeze_axes({1, 9, 1})", "[0, 2]"),
        ("squeeze_axes({1, 9, 1}, 1)", "[1]"),
        ("flatten({6, 9, 2}, [:a, :b, :c], [0, 1])", "{{54, 2}, [nil, :c]}"),
        ("flatten({6, 9}, [:a, :b], nil)", "{{54}, [nil]}"),
        ("new_axis({6, 9}, [:a, nil], -1, :c, 4, 0)", "{{6, 9, 4}, [:a, nil, :c], 2}"),
        ("new_axis({6, 9}, [:a, nil], 0, :c, 4, 1)", "{{6, 4, 9}, [:a, :c, nil], 1}"),
        ("pad({6, 9}, [{1, -2, 0}, {0, 0, 2}])", "{5, 25}"),
        ("dilate({6, 9}, [2, 3])", "{11, 25}"),
        ("to_padding_config({6, 9}, {4, 3}, :same)", "[{1, 2}, {1, 1}]"),
        ("to_padding_config({6, 9}, {4, 3}, [{1, 5}])", "[{1, 5}]"),
        ("pool({6, 9}, {2, 3}, [2, 1], :same, [1, 2])", "{{3, 9}, [{0, 1}, {2, 2}]}"),
        ("validate_conv!({1, 2, 3}, {4, 2, 3})", ":ok"),
        (
            "conv({8, 3, 12}, [:n, :c, :w], {6, 3, 5}, [nil, nil, nil], [2], :same, 1, 2, [1], [2], "
            "[0, 1, 2], [0, 1, 2], [0, 2, 1])",
            "{{4, 6, 6}, [:n, :w, :c], [{4, 4}]}",
        ),
        ("zip_reduce({6, 9}, [1], [:a, :b], {9, 4}, [0], [:c, :d])", "{{6, 4}, [:a, :d]}"),
        ("dot({5, 6, 9}, [2], [:n, :a, nil], [0], {5, 9, 4}, [1], [nil, nil, :b], [0])", "{{5, 6, 4}, [:n, :a, :b]}"),
        ("slice({6, 9}, [5, 1], [3, 7], [1, 2])", "{[3, 1], {3, 4}}"),
        ("put_slice({6, 9}, [:a, nil], {2, 9}, [nil, :b], [0, 0])", "{{6, 9}, [:a, :b]}"),
        ("take({6, 9}, [:a, :b], {2, 3}, [nil, :c], 0)", "{{2, 3, 9}, [nil, :c, :b]}"),
        ("take_along_axis({6, 9}, {6, 2}, 1)", "{6, 2}"),
        ("gather({6, 9, 2}, {5, 2}, [0, 2])", "{{5, 9}, [nil, nil]}"),
        ("indexed({6, 9}, {3, 1}, {3, 9}, [0])", ":ok"),
        ("stack([{6}, {6}], [[:a], [nil]], -1, :b, 0)", "{{6, 2}, [:a, :b], 1}"),
        ("concatenate([{6, 2}, {6, 5}], [[:a, nil], [nil, :b]], -1, 0)", "{{6, 7}, [:a, :b], 1}"),
        ("tile(Nx.iota({6}), [2, 3])", "{{1, 1, 1, 6}, {2, 1, 3, 6}, {2, 18}}"),
        ("take_diagonal({5, 6, 9})", "{{5}, {6, 9}}"),
        ("make_diagonal({6})", "{6}"),
        ("put_diagonal({6, 9}, {4}, -2)", ":ok"),
        ("validate_diag_offset!({6, 9}, 8)", ":ok"),
        ("cholesky({2, 6, 6}, [:n, nil, nil])", "{{2, 6, 6}, [:n, nil, nil]}"),
        ("top_k({6, 9}, [:a, nil], 4)", "{{6, 4}, [:a, nil]}"),
    ],
)  # fmt: skip
def test_values(call: str, value: str) -> None:
    assert inspect(run(f"Nx.Shape.{call}")) == value


@pytest.mark.parametrize(
    ("code", "message"),
    [
        ("Nx.Shape.validate!([5], :window)", "invalid window. window is a n-element tuple with the size of each dimension. Got: [5]"),
        ("Nx.Shape.find_name!([:a], :b)", "tensor does not have name :b. The tensor names are: [:a]"),
        ("Nx.Shape.broadcast!({5, 4, 2}, {5, 4, 9}, [0, 1, 2], 1)", "cannot broadcast tensor of dimensions {4, 2} to {4, 9} with axes [0, 1]"),
        ("Nx.Shape.broadcast!({1, 1}, {1}, [0, 1])", "cannot broadcast tensor of dimensions {1, 1} to {1} with axes [0, 1]"),
        ("Nx.Shape.dilate({6}, [0])", "dilation rates must be greater than or equal to 1 got [0]"),
        ("Nx.Shape.take_along_axis({6, 9}, {6, 9}, 2)", "axis must be a non-negative less than 2"),
        ("Nx.shape({0, -1})", "invalid dimension in axis 1 found in shape. Each dimension must be a positive integer, got -1 in shape {0, -1}"),
        ("Nx.new_axis(Nx.vectorize(Nx.iota({2, 3}), :x), 7)", "new axis position for shape {2, 3} must be a number between -2 and 1, got: 7"),
        ("Nx.top_k(Nx.tensor(1), k: 0)", "top_k k must be an integer greater than or equal to 1, got k=0"),
        (
            "Nx.stack([Nx.iota({2}, names: [:a]), Nx.iota({3}, names: [:b])], axis: -1)",
            "cannot merge name :b on axis -1 with name :a on axis -1",
        ),
        (
            "Nx.concatenate([Nx.iota({2, 2}, names: [nil, :a]), Nx.iota({2, 2}, names: [nil, :b])], axis: 1)",
            "cannot merge name :b on axis 1 with name :a on axis 1",
        ),
        ("Nx.slice(Nx.iota({3, 3}), [0], [1], strides: [1])", "invalid strides rank for shape of rank 2"),
        ("Nx.slice(Nx.iota({3}), [0], [9], strides: [0])", "stride at axis 0 must be greater than or equal to 1, got: 0"),
        (
            "Nx.indexed_add(Nx.iota({3, 3}), Nx.tensor([[0, 0, 0], [0, 0, 0]]), Nx.tensor([1, 1, 1]))",
            "expected the leading axis of indices ({2, 3}) and leading axis of updates ({3}) to match",
        ),
        ("Nx.broadcast(Nx.iota({4, 2}), {3, 3}, axes: [1, 0])", "cannot broadcast tensor of dimensions {4, 2} to {3, 3} with axes [1, 0]"),
        (
            "Nx.dot(Nx.iota({2, 2, 2}), [1], [0], Nx.iota({3, 2, 2}), [0], [0])",
            "dot batch dimension sizes must match, but the left batch dimension of axes [0] has dimension sizes [2]"
            "and the right batch dimension of axes [0] has sizes [3]",
        ),
        (
            "Nx.indexed_put(Nx.iota({5, 4}), Nx.tensor([[0, 0]]), 1)",
            "expected the rank of the input (2) to be equal to the rank of the updates (0) plus the trailing axis of "
            "indices ({1, 2}) minus one",
        ),
        ("Nx.tile(Nx.tensor(1), [])", "cannot broadcast tensor of dimensions {1} to {}"),
        ("Nx.pad(Nx.iota({2, 2}), 0, [{0, 0, -1}])", "invalid padding configuration, interior padding must be non-negative"),
        (
            "Nx.put_slice(Nx.iota({2, 2}, names: [:a, nil]), [0, 0], Nx.iota({3, 3}, names: [:b, nil]))",
            "slice shape {3, 3} must be less than or equal to tensor shape {2, 2}",
        ),
        ("Nx.take_diagonal(Nx.iota({2, 2, 3}), offset: 3)", "offset must be less than length of axis 1 when positive, got: 3"),
    ],
)  # fmt: skip
def test_errors(code: str, message: str) -> None:
    with pytest.raises(ArgumentError) as error:
        run(code)
    assert str(error.value) == message

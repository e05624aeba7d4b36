# The language itself: modules, patterns, pipes, comprehensions, processes.
defmodule Shapes do
  @moduledoc "Areas and a small report."
  defstruct [:name, :sides]

  def area(%{sides: [w, h]}), do: w * h
  def area(%{sides: [a, b, c]}) do
    s = (a + b + c) / 2
    :math.sqrt(s * (s - a) * (s - b) * (s - c))
  end
end

shapes = [
  %{name: "rectangle", sides: [2, 3]},
  %{name: "triangle", sides: [3, 4, 5]}
]

for %{name: name} = shape <- shapes do
  IO.puts("#{String.pad_trailing(name, 10)} #{Float.round(Shapes.area(shape) / 1, 2)}")
end

totals =
  shapes
  |> Task.async_stream(&Shapes.area/1)
  |> Enum.map(fn {:ok, area} -> area end)
  |> Enum.sum()

IO.inspect(totals, label: "total")

with {:ok, shape} <- Enum.fetch(shapes, 1),
     [a | _] when a > 2 <- shape.sides do
  IO.inspect({shape.name, a})
end

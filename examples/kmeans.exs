# Lloyd's algorithm as a numerical definition, with a loop that stops by itself.
defmodule KMeans do
  import Nx.Defn

  defn fit(points, centers) do
    {_, centers, _} =
      while {points, centers, moved = 1.0}, moved > 1.0e-6 do
        labels = nearest(points, centers)
        next = means(points, labels, centers)
        {points, next, Nx.sum(Nx.abs(next - centers))}
      end

    {centers, nearest(points, centers)}
  end

  defn nearest(points, centers) do
    distances = Nx.sum((Nx.new_axis(points, 1) - centers) ** 2, axes: [-1])
    Nx.argmin(distances, axis: 1)
  end

  defnp means(points, labels, centers) do
    member = Nx.equal(Nx.new_axis(labels, 1), Nx.iota({1, Nx.axis_size(centers, 0)}))
    counts = member |> Nx.sum(axes: [0]) |> Nx.max(1) |> Nx.new_axis(1)
    Nx.dot(Nx.transpose(member), points) / counts
  end
end

points = Nx.tensor([[1.0, 1.0], [1.5, 2.0], [1.0, 1.5], [8.0, 8.0], [9.0, 9.5], [8.5, 9.0]])
{centers, labels} = KMeans.fit(points, points[[0..1]])

IO.inspect(centers, label: "centers")
IO.puts("labels: #{inspect(Nx.to_list(labels), charlists: :as_lists)}")

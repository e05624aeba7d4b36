defmodule FailingTest do
  use ExUnit.Case
  require Logger

  defmodule Point do
    defstruct [:x, :y]
  end

  setup do: {:ok, n: 3}

  test "passes", %{n: n} do
    assert n == 3
  end

  test "comparison", %{n: n} do
    assert n + 1 == 5
  end

  test "less", do: assert 1 < 1

  test "match" do
    z = 3
    assert {:ok, ^z} = {:error, %Point{x: 1, y: 2}}
  end

  test "call" do
    list = [1, 2]
    assert Enum.member?(list, 3)
  end

  test "member", do: assert 4 in [1, 2, 3]

  test "refute", do: refute is_integer(1)

  test "raises" do
    helper(:bad)
  end

  test "wrong message" do
    assert_raise ArgumentError, ~r/^other$/, fn -> raise ArgumentError, "some" end
  end

  test "wrong exception" do
    assert_raise ArgumentError, fn -> raise "some" end
  end

  test "message" do
    send(self(), {:a, 1})
    assert_receive {:b, _}, 5
  end

  test "delta", do: assert_in_delta 1.0, 1.5, 0.1

  test "long" do
    assert Enum.to_list(1..40) == Enum.map(1..40, &(&1 * 2))
  end

  test "throw", do: throw(:ball)

  @tag :capture_log
  test "logs" do
    Logger.error("logged text")
    flunk("see the log")
  end

  @tag skip: "later"
  test "skipped", do: flunk()

  test "not implemented"

  defp helper(:good), do: :ok
end

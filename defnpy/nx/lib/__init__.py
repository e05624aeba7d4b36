"""The Elixir modules beside ``Nx``: ``Nx.Type``, ``Nx.Constants``, ``Nx.Batch`` ..."""

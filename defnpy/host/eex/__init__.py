"""EEx: templates with Elixir code in tags, compiled to quoted expressions."""

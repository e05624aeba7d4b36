"""ExUnit's runner: loading test files, running them, reporting; doctests."""

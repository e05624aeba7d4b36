"""Modules of Erlang's standard library."""

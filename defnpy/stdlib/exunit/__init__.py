"""ExUnit as far as it needs no compiler: assertions, callbacks, registration of tests, capturing."""

"""ExUnit.Assertions: the functions, and what its macros call."""

from __future__ import annotations

from typing import Any

from defnpy.stdlib import operators, regex
from defnpy.stdlib.calls import fun0
from defnpy.stdlib.exunit.errors import ASSERTION, assertion, quoted
from defnpy.stdlib.fallback import clause_error
from defnpy.stdlib.kernel import native_exception
from defnpy.stdlib.util import UNSET, need
from defnpy.terms.atom import Atom, atom_name
from defnpy.terms.errors import ArgumentError, ElixirError, Exit, Throw
from defnpy.terms.exception import erlang_reason, message_of, release
from defnpy.terms.inspect import inspect
from defnpy.terms.module import ex, native_module
from defnpy.terms.order import compare, strict_equal
from defnpy.terms.process import current
from defnpy.terms.runtime import runtime
from defnpy.terms.struct import Struct

ASSERT, MATCH, MAILBOX, EXIT, THROW = Atom("assert"), Atom("match"), Atom("mailbox"), Atom("exit"), Atom("throw")
_SAME_FAILS = {"assert": frozenset(("<", ">", "!==", "!=")), "refute": frozenset(("<=", ">=", "===", "==", "=~"))}
MOST_MESSAGES = 10


def _truthy(value: Any) -> bool:
    return value is not None and value is not False


@ex("__compare__/6")
def compared(kind: Any, operator: Any, result: Any, left: Any, right: Any, code: str) -> bool:
    """``assert left == right`` and its like, with *result* the comparison's."""
    wanted = kind is ASSERT
    if _truthy(result) is wanted:
        return wanted
    name = atom_name(operator)
    message = f"{kind.name.title() + 'ion' if wanted else 'Refute'} with {name} failed"
    if name in _SAME_FAILS[kind.name] and strict_equal(left, right):
        raise assertion(left=left, expr=quoted(code), message=message + ", both sides are exactly equal")
    context = Atom("===") if name in ("===", "!==") else Atom("==")
    raise assertion(left=left, right=right, expr=quoted(code), message=message, context=context)


@ex("__truthy__/4")
def checked(kind: Any, value: Any, args: Any, code: str) -> Any:
    """``assert expression`` and ``refute expression``: gives the value."""
    if _truthy(value) is (kind is ASSERT):
        return value
    expected = "truthy" if kind is ASSERT else "false or nil"
    raise assertion(args=args, expr=quoted(code), message=f"Expected {expected}, got {inspect(value)}")


def _pinned(pins: list[Any]) -> str:
    if not pins:
        return ""
    return "\nThe following variables were pinned:" + "".join(f"\n  {name} = {inspect(value)}" for name, value in pins)


@ex("__mismatch__/4")
def mismatch(pattern: str, value: Any, code: str, pins: list[Any]) -> Any:
    raise assertion(left=quoted(pattern), right=value, expr=quoted(code), message="match (=) failed" + _pinned(pins), context=(MATCH, pins))


@ex("__matches__/6")
def matches(kind: Any, result: bool, pattern: str, value: Any, code: str, pins: list[Any]) -> bool:
    """``assert match?(pattern, value)``."""
    wanted = kind is ASSERT
    if result is wanted:
        return wanted
    text = "match (match?) failed" if wanted else "match (match?) succeeded, but should have failed"
    raise assertion(left=quoted(pattern), right=value, expr=quoted(code), message=text + _pinned(pins), context=(MATCH, pins))


@ex("assert/2")
def assert_(value: Any, message: Any) -> bool:
    if not _truthy(value):
        _raise(message)
    return True


@ex("refute/2")
def refute(value: Any, message: Any) -> bool:
    if _truthy(value):
        _raise(message)
    return False


def _raise(message: Any) -> None:
    from defnpy.stdlib.exunit.errors import MODULE
    from defnpy.terms.errors import from_struct

    if message.__class__ is str:
        raise assertion(message=message)
    raise from_struct(native_exception(ASSERTION, MODULE.info["struct"], message))


@ex("flunk/0", "flunk/1")
def flunk(message: Any = "Flunked!") -> Any:
    need(message.__class__ is str, "ExUnit.Assertions", "flunk", 1)
    raise assertion(message=message)


# -- exceptions ----------------------------------------------------------------------------------------------------------


@ex("assert_raise/2", "assert_raise/3")
def assert_raise(exception: Any, message: Any, function: Any = UNSET) -> Any:
    """The rescued exception; with three arguments its message is compared with a text or a regex."""
    if function is UNSET:
        return _rescued(exception, message)
    error = _rescued(exception, function)
    actual = message_of(error)
    fine = regex.match_q(message, actual) if isinstance(message, Struct) else actual == message
    if not fine:
        raise assertion(message=f"Wrong message for {inspect(exception)}\nexpected:\n  {inspect(message)}\nactual:\n  {inspect(actual)}")
    return error


def _rescued(exception: Any, function: Any) -> Any:
    try:
        fun0(function)()
    except (Throw, Exit):
        raise
    except Exception as caught:
        error = _translated(caught)
        if error.term.module is exception:
            release(caught.__traceback__)
            return error.term
        if error.term.module is ASSERTION:
            raise
        text = f"Expected exception {inspect(exception)} but got {inspect(error.term.module)} ({message_of(error.term)})"
        made = assertion(message=text)
        raise made.with_traceback(caught.__traceback__) from None
    raise assertion(message=f"Expected exception {inspect(exception)} but nothing was raised")


def _translated(caught: BaseException) -> ElixirError:
    if isinstance(caught, ElixirError):
        return caught
    translate = runtime().options.get("translate_error")
    return translate(caught) if translate is not None else (clause_error(caught) or ArgumentError(str(caught)))


@ex("__catch__/2")
def catch(kind: Any, function: Any) -> Any:
    """``catch_throw``, ``catch_exit``, ``catch_error``: what was thrown, exited with or raised."""
    try:
        fun0(function)()
    except Throw as thrown:
        if kind is THROW:
            return thrown.value
        raise
    except Exit as exited:
        if kind is EXIT:
            return exited.reason
        raise
    except Exception as caught:
        error = _translated(caught)
        if kind is Atom("error") and error.term.module is not ASSERTION:
            return erlang_reason(error)
        raise
    raise assertion(message=f"Expected to catch {kind.name}, got nothing")


# -- numbers -------------------------------------------------------------------------------------------------------------


@ex("assert_in_delta/3", "assert_in_delta/4")
def assert_in_delta(first: Any, second: Any, delta: Any, message: Any = None) -> bool:
    if compare(delta, 0) < 0:
        raise ArgumentError(f"delta must always be a positive number, got: {inspect(delta)}")
    difference = operators.abs_(operators.subtract(first, second))
    text = message if message is not None else (
        f"Expected the difference between {inspect(first)} and {inspect(second)} ({inspect(difference)}) "
        f"to be less than or equal to {inspect(delta)}")
    return assert_(compare(difference, delta) <= 0, text)


@ex("refute_in_delta/3", "refute_in_delta/4")
def refute_in_delta(first: Any, second: Any, delta: Any, message: Any = None) -> bool:
    difference = operators.abs_(operators.subtract(first, second))
    text = (
        f"{message} (difference between {inspect(first)} and {inspect(second)} is less than {inspect(delta)})"
        if message is not None
        else f"Expected the difference between {inspect(first)} and {inspect(second)} ({inspect(difference)}) "
        f"to be more than {inspect(delta)}")
    return refute(compare(difference, delta) < 0, text)


# -- messages ------------------------------------------------------------------------------------------------------------


@ex("__timeout__/2")
def timeout_of(given: Any, key: Any) -> int:
    """The milliseconds to wait: those given, or the suite's."""
    if given is None:
        from defnpy.stdlib.exunit.settings import settings

        return int(settings()[key.name])
    if given.__class__ is not int or given < 0:
        raise ArgumentError(f"timeout must be a non-negative integer, got: {inspect(given)}")
    return int(given)


@ex("__no_message__/5")
def no_message(pattern: str, code: str, pins: list[Any], finder: Any, timeout: int) -> Any:
    messages = list(current().mailbox)
    if any(finder(m) is True for m in messages):
        raise assertion(expr=quoted(code), message=(
            f"Found message matching {pattern} after {timeout}ms.\n\n"
            "This means the message was delivered too close to the timeout value, you may want to either:\n\n"
            "  1. Give an increased timeout to `assert_receive/2`\n"
            "  2. Increase the default timeout to all `assert_receive` in your\n"
            "     test_helper.exs by setting ExUnit.configure(assert_receive_timeout: ...)\n"))
    count = len(messages)
    if not count:
        shown = "\nThe process mailbox is empty."
    else:
        shown = f"\nShowing {min(count, MOST_MESSAGES)} of {count} message{'s' if count > 1 else ''} in the mailbox"
    text = f"Assertion failed, no matching message after {timeout}ms" + _pinned(pins) + shown
    raise assertion(left=quoted(pattern), expr=quoted(code), message=text, context=(MAILBOX, pins, messages[-MOST_MESSAGES:]))


@ex("__unexpected__/2")
def unexpected(actual: Any, pattern: str) -> Any:
    raise assertion(message=f"Unexpectedly received message {inspect(actual)} (which matched {pattern})")


MODULE = native_module("ExUnit.Assertions", globals())

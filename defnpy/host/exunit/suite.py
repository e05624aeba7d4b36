"""Running test modules: setups, each test in a process of its own, time limits."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from defnpy.host.exunit import filters
from defnpy.host.exunit.outcome import Failure, Test, failures_of
from defnpy.stdlib import logger, processes, rand, sampling
from defnpy.stdlib.exunit import callbacks
from defnpy.stdlib.exunit.errors import TIMEOUT
from defnpy.stdlib.exunit.tmp_dir import with_tmp_dir
from defnpy.stdlib.util import INFINITY
from defnpy.terms.atom import Atom
from defnpy.terms.errors import EXCEPTION, Exit
from defnpy.terms.module import Module
from defnpy.terms.process import Process, current
from defnpy.terms.runtime import runtime
from defnpy.terms.struct import Struct

SHUTDOWN, KILLED = Atom("shutdown"), Atom("killed")
GRACE_SECONDS = 2.0


class Suite:
    """One run of test modules; what happens is told to ``reporter``."""

    def __init__(self, options: dict[str, Any], reporter: Any) -> None:
        self.options = options
        self.reporter = reporter
        self.include, self.exclude = filters.normalize(options["include"], options["exclude"])
        self.failed = 0
        self.tests: list[Test] = []

    def run(self, modules: list[Module]) -> None:
        """Run the asynchronous modules, then the others, each in the order given."""
        started = time.perf_counter()
        self.reporter.suite_started(self.options, self.include, self.exclude)
        ahead = [m for m in modules if m.info["ex_unit"]["async"]]
        behind = [m for m in modules if not m.info["ex_unit"]["async"]]
        for module in ahead:
            self.run_module(module, True)
        middle = time.perf_counter()
        for module in behind:
            self.run_module(module, False)
        if self.full():
            self.reporter.stopped_early()
        ended = time.perf_counter()
        self.reporter.suite_finished(ended - started, middle - started if ahead else 0.0)

    def full(self) -> bool:
        """Whether ``max_failures`` is reached."""
        most = self.options["max_failures"]
        return most.__class__ is int and self.failed >= most

    # -- modules --

    def run_module(self, module: Module, is_async: bool) -> None:
        for parameters in module.info["ex_unit"]["parameterize"] or [{}]:
            if self.full():
                return
            self.reporter.module_started(module)
            chosen = self._chosen(module, is_async, parameters)
            waiting = [t for t in chosen if not t.state]
            for test in chosen:
                if test.state:
                    self._tell(test)
            if waiting:
                self._run_tests(module, waiting, is_async, parameters)

    def _chosen(self, module: Module, is_async: bool, parameters: dict[Any, Any]) -> list[Test]:
        """The module's tests in the order of the seed, those that do not run marked."""
        listed = module.info["ex_unit"]["tests"]
        if self.options["seed"]:
            rand.seed(Atom(self.options["rand_algorithm"]), (self.options["seed"],) * 3)
            listed = sampling.shuffle(listed)
        every = [tags for _, tags in listed]
        out = []
        for name, own in listed:
            tags = {**own, Atom("test"): name, Atom("module"): module.name, Atom("async"): is_async}
            test = Test(module, name, tags, parameters)
            left_out = filters.evaluate(self.include, self.exclude, tags, every)
            if left_out is not None:
                test.state, test.why = left_out
            out.append(test)
        return out

    def _run_tests(self, module: Module, tests: list[Test], is_async: bool, parameters: dict[Any, Any]) -> None:
        context: dict[Any, Any] = {**_module_tags(module), **parameters, Atom("module"): module.name, Atom("async"): is_async}
        owner = _process()
        held: list[dict[Any, Any]] = []
        problems = []
        over = threading.Event()
        if _has_setup_all(module):
            problems = run_process(
                owner, lambda: held.append(callbacks.run_callbacks(module, "setup_all", context)), self.options["timeout"], until=over)
        if problems:
            self._invalid(module, tests, problems)
        else:
            for test in tests:
                if self.full():
                    break
                self.run_test(test, held[0] if held else context, owner)
        over.set()
        late = [replace(f, pid=owner.pid) for error in callbacks.finish(owner) for f in failures_of(error)]
        if late and not problems:
            self.failed += len(tests)
            self.reporter.module_failed(module, late, len([t for t in tests if t.state == "passed"]))

    def _invalid(self, module: Module, tests: list[Test], problems: list[Failure]) -> None:
        for test in tests:
            test.state, test.failures = "invalid", problems
            self._tell(test)
        self.failed += len(tests)
        self.reporter.module_failed(module, problems, 0)

    # -- tests --

    def run_test(self, test: Test, context: dict[Any, Any], parent: Process) -> None:
        self.reporter.test_started(test)
        owner = _process(parent)
        limit = INFINITY if self.options["trace"] else test.tags.get(Atom("timeout"), self.options["timeout"])
        merged = {**context, **test.tags, Atom("test_pid"): owner.pid}
        seed = (_hash(test.module.name.name), _hash(test.name.name), self.options["seed"] or 0)

        def body() -> None:
            rand.seed(Atom(self.options["rand_algorithm"]), seed)
            ready = callbacks.run_callbacks(test.module, "setup", with_tmp_dir(merged))
            test.module.functions[f"{test.name.name}/1"](ready)

        started = time.perf_counter()
        wanted = merged.get(Atom("capture_log"), self.options["capture_log"])
        if wanted is not None and wanted is not False:
            with logger.Capture(*_log_options(wanted)) as capture:
                test.failures = run_process(owner, body, limit, str(test.tags[Atom("test_type")].name))
            test.logs = capture.text
        else:
            test.failures = run_process(owner, body, limit, str(test.tags[Atom("test_type")].name))
        test.time = int((time.perf_counter() - started) * 1_000_000)
        late = [replace(f, pid=owner.pid) for error in callbacks.finish(owner) for f in failures_of(error)]
        test.failures = test.failures or late
        test.state = "failed" if test.failures else "passed"
        self.failed += bool(test.failures)
        self.reporter.test_finished(test)
        self.tests.append(test)

    def _tell(self, test: Test) -> None:
        self.reporter.test_started(test)
        self.reporter.test_finished(test)
        self.tests.append(test)


def _log_options(wanted: Any) -> tuple[Any, list[Any]]:
    """The least level and the formatter's options of a ``capture_log`` tag."""
    given = wanted if wanted.__class__ is list else []
    return dict(given).get(Atom("level")), [pair for pair in given if pair[0] is not Atom("level")]


def _has_setup_all(module: Module) -> bool:
    return any(
        name.__class__ is not tuple or (template := runtime().find(name[0])) is None or "ex_unit" not in template.info
        or _has_setup_all(template)
        for name, _ in module.info["ex_unit"]["setup_all"])


def _module_tags(module: Module) -> dict[Any, Any]:
    from defnpy.stdlib.exunit.case import tags_of

    return tags_of(module.info["ex_unit"]["module_tags"])


def _hash(name: str) -> int:
    from defnpy.stdlib.erlang.erlang import phash2

    return int(phash2(Atom(name)))


def _process(parent: Process | None = None) -> Process:
    made = Process(parent or current())
    made.state[callbacks.EXITS] = []
    return made


def run_process(owner: Process, body: Callable[[], Any], limit: Any, kind: str = "test",
                until: threading.Event | None = None) -> list[Failure]:
    """Run *body* as the process *owner*, at most *limit* milliseconds; gives its failures.

    The process, and what is linked to it, ends with *body*, or when *until* is set.
    """
    done = threading.Event()
    problems: list[Failure] = []

    def work() -> None:
        try:
            with processes.interruptible(owner):
                body()
                processes.check_signal(owner)
        except BaseException as error:
            problems.extend(replace(f, pid=owner.pid) for f in failures_of(error))
        finally:
            done.set()
        if until is not None:
            until.wait()
        raise Exit(SHUTDOWN)

    thread = processes.start(owner, work)
    if done.wait(None if limit is INFINITY else limit / 1000):
        if until is None:
            thread.join(GRACE_SECONDS)
        return problems
    fields = {EXCEPTION: True, Atom("timeout"): limit, Atom("type"): kind}
    processes.end(owner, KILLED)
    done.wait(GRACE_SECONDS)
    return [Failure("error", Struct(TIMEOUT, fields))]

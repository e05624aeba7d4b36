"""What a run of tests prints: dots, failures, the summary; and the JSON lines of ``--json``."""

from __future__ import annotations

import json
import sys
from typing import Any, TextIO

from defnpy.host.exunit import texts
from defnpy.host.exunit.outcome import Failure, Test
from defnpy.stdlib.exunit.format import plain
from defnpy.stdlib.exunit.settings import plural
from defnpy.terms.ansi import sequence
from defnpy.terms.atom import Atom, atom_name, is_atom
from defnpy.terms.inspect import inspect
from defnpy.terms.module import Module
from defnpy.terms.process import write

FILE, LINE, TYPE = Atom("file"), Atom("line"), Atom("test_type")
STYLES = {
    "success": ["green"], "invalid": ["yellow"], "skipped": ["yellow"], "failure": ["red"], "error_info": ["red"], "extra_info": ["cyan"],
    "location_info": ["bright", "black"], "diff_delete": ["red"], "diff_insert": ["green"], "test_info": [], "test_module_info": [],
}  # fmt: skip


def painted(style: str, text: str) -> str:
    """*text* in the colours of *style*."""
    codes = "".join(sequence(Atom(name)) for name in STYLES[style])
    return f"{codes}{text}{sequence(Atom('reset'))}" if codes else text


class Reporter:
    """ExUnit's command line formatter."""

    def __init__(self, *, colour: bool, out: TextIO | None = None, json_out: TextIO | None = None) -> None:
        self.paint = painted if colour else plain
        self.out = out
        self.json_out = json_out
        self.counts: dict[str, int] = {}
        self.failures = self.skipped = self.excluded = self.invalid = 0
        self.timed: list[Test] = []
        self.trace = False
        self.slowest = 0

    def say(self, text: str) -> None:
        if self.out is not None:
            self.out.write(text)
            return
        # A run within a test prints where the test prints.
        write(text)
        sys.stdout.flush()

    # -- events --

    def file_failed(self, path: str, text: str) -> None:
        """A test file that could not be compiled or run."""
        sys.stderr.write(text + "\n")
        if self.json_out is not None:
            made: dict[str, Any] = {"file": texts.relative(path), "line": None, "module": None, "name": None, "tags": {}, "state": "error", "time": 0.0,
                    "error": text}
            self.json_out.write(json.dumps(made, ensure_ascii=False) + "\n")

    def suite_started(self, options: dict[str, Any], include: list[Any], exclude: list[Any]) -> None:
        self.trace, self.slowest = options["trace"], options["slowest"]
        self.say(f"Running ExUnit with seed: {options['seed']}, max_cases: {options['max_cases']}\n")
        for label, filters in (("Excluding", exclude), ("Including", include)):
            if filters:
                self.say(f"{label} tags: {inspect([_shown_filter(f) for f in filters], charlists=Atom('as_lists'))}\n")
        self.say("\n")

    def module_started(self, module: Module) -> None:
        if self.trace:
            self.say(f"\n{inspect(module.name)} [{texts.relative(module.info['file'])}]\n")

    def test_started(self, test: Test) -> None:
        if self.trace and not test.state:
            self.say(f"{_started(test)} [L#{test.tags[LINE]}]")

    def test_finished(self, test: Test) -> None:
        kind = atom_name(test.tags[TYPE])
        self.counts[kind] = self.counts.get(kind, 0) + 1
        getattr(self, f"_{test.state}")(test)
        if test.state in ("passed", "failed"):
            self.timed.append(test)
        if self.json_out is not None:
            self.json_out.write(json.dumps(described(test), ensure_ascii=False) + "\n")
            self.json_out.flush()

    def _mark(self, test: Test, style: str, mark: str, word: str = "") -> None:
        if self.trace:
            took = word or f"{_milliseconds(test.time)}ms"
            self.say(self.paint(style, f"\r{_started(test)} ({took}) [L#{test.tags[LINE]}]") + "\n")
        elif mark:
            self.say(self.paint(style, mark))

    def _passed(self, test: Test) -> None:
        self._mark(test, "success", ".")

    def _excluded(self, test: Test) -> None:
        self.excluded += 1
        if self.trace:
            self.say(f"\r{_started(test)} (excluded) [L#{test.tags[LINE]}]\n")

    def _skipped(self, test: Test) -> None:
        self.skipped += 1
        self._mark(test, "skipped", "*", "skipped")

    def _invalid(self, test: Test) -> None:
        self.invalid += 1
        self._mark(test, "invalid", "?")

    def _failed(self, test: Test) -> None:
        if self.trace:
            self._mark(test, "failure", "")
        self.failures += 1
        self._block(texts.test_failure(test, self.failures, self.paint))
        if test.logs:
            shown = test.logs.replace("\n", "\n     ")
            self.say(f"     The following output was logged:\n     {shown}\n")

    def _block(self, text: str) -> None:
        self.say(("\n" if self.trace else "\n\n") + text + "\n")

    def module_failed(self, module: Module, listed: list[Failure], passed: int) -> None:
        self.failures += passed
        self._block(texts.module_failure(module, listed, self.failures, self.paint))

    def stopped_early(self) -> None:
        self.say(self.paint("failure", "--max-failures reached, aborting test suite"))

    def suite_finished(self, seconds: float, ahead: float) -> None:
        total = sum(self.counts.values())
        if total and self.excluded == total:
            self.say(self.paint("invalid", "All tests have been excluded.") + "\n")
        whole, first = int(seconds * 100), int(ahead * 100)
        self.say(f"\nFinished in {_seconds(whole)} seconds ({_seconds(first)}s async, {_seconds(whole - first)}s sync)\n")
        if self.slowest:
            self._slow(seconds)
        self._summary(total)

    def _slow(self, seconds: float) -> None:
        slow = sorted(self.timed, key=lambda t: -t.time)[: self.slowest]
        spent = sum(t.time for t in slow) / 1_000_000
        share = round(spent / seconds * 100, 1) if seconds else 0.0
        self.say(f"\nTop {self.slowest} slowest ({_seconds(int(spent * 100))}s), {share}% of total time:\n\n")
        for t in slow:
            where = f"{texts.relative(t.tags[FILE])}:{t.tags[LINE]}"
            self.say(f"{_started(t)} ({inspect(t.module.name)}) ({_milliseconds(t.time)}ms) [{where}]\n")
        self.say("\n")

    def _summary(self, total: int) -> None:
        parts = [f"{n} {kind if n == 1 else plural(kind)}" for kind, n in sorted(self.counts.items())]
        parts.append(f"{self.failures} failure{'' if self.failures == 1 else 's'}")
        if self.excluded:
            parts.append(f"{self.excluded} excluded")
        if self.invalid:
            parts.append(f"{self.invalid} invalid")
        if self.skipped:
            parts.append(self.paint("skipped", f"{self.skipped} skipped"))
        doubtful = self.invalid or (total and self.excluded == total)
        style = "failure" if self.failures else "invalid" if doubtful else "success"
        self.say(self.paint(style, ", ".join(parts)) + "\n")


def _shown_filter(f: Any) -> Any:
    if f.__class__ is tuple and f[0] is Atom("location"):
        path, lines = f[1]
        return (f[0], (path, lines[0] if len(lines) == 1 else lines))
    return f


def _started(test: Test) -> str:
    return f"  * {test.name.name}".replace("\n", " ")


def _milliseconds(microseconds: int) -> str:
    tens = microseconds // 10
    return f"0.0{tens}" if tens < 10 else f"{tens // 100}.{tens // 10 % 10}"


def _seconds(hundredths: int) -> str:
    return f"0.0{hundredths}" if hundredths < 10 else f"{hundredths // 100}.{hundredths // 10 % 10}"


def described(test: Test) -> dict[str, Any]:
    """The JSON object of a test."""
    made = {
        "file": texts.relative(test.tags[FILE]), "line": test.tags[LINE], "module": inspect(test.module.name), "name": test.name.name,
        "tags": {_plain(k): _plain(v) for k, v in test.tags.items()}, "state": test.state, "time": test.time / 1_000_000,
        "error": texts.failures(test, test.failures, plain) if test.failures else None,
    }  # fmt: skip
    if test.why:
        made["reason"] = test.why
    return made


def _plain(term: Any) -> Any:
    if term is None or term.__class__ in (bool, int, float, str):
        return term
    if is_atom(term):
        return atom_name(term).removeprefix("Elixir.")
    return inspect(term)

"""Runs the stacks of a project side by side, each in an interpreter of its own, and passes outputs between them.

No order is given: a stack that reads another's outputs through a StackReference waits until the other's simulated
update has ended. A stack that was not asked for is run as far as another one needs it.
"""

from __future__ import annotations

import dataclasses
import json
import queue
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from preview.project import Project, ProjectError

Document = dict[str, Any]
Message = dict[str, Any]


@dataclass(frozen=True)
class Options:
    """What to show and what to judge. A pass is `preview` or `update` (the simulated one)."""

    show: str = "preview"
    policy_pack: Path | None = None
    policy_pass: str = "update"
    policy_settings: Mapping[str, Any] = field(default_factory=dict)


def preview(
    project: Project, stacks: Sequence[str], options: Options, progress: Callable[[str], None] = lambda _: None
) -> list[Document]:
    """Preview the named stacks and return their documents in that order; `progress` is told what is going on.

    Raises ProjectError if the project's files are wrong. A fault in the program is an error in its document.
    """
    configs = {stack: project.config(stack) for stack in stacks}
    with _Interpreters(project, options, progress) as interpreters:
        for stack in stacks:
            interpreters.start(stack, configs[stack], options.show)
        return interpreters.documents(stacks)


@dataclass
class _Stack:
    process: subprocess.Popen[str]
    waits_for: str = ""
    result: Message | None = None
    """Its outputs, or that it failed; None while its simulated update runs."""
    document: Document | None = None


class _Interpreters:
    """The running interpreters, by stack, and the messages that come from them."""

    def __init__(self, project: Project, options: Options, progress: Callable[[str], None]) -> None:
        self._project = project
        self._options = options
        self._progress = progress
        self._stacks: dict[str, _Stack] = {}
        self._messages: queue.Queue[tuple[str, Message | None]] = queue.Queue()

    def __enter__(self) -> _Interpreters:
        return self

    def __exit__(self, *_: object) -> None:
        for stack in self._stacks.values():
            stack.process.kill()
            stack.process.wait()

    def start(self, stack: str, config: Mapping[str, Any], show: str) -> None:
        """Start a stack's interpreter and hand it its task."""
        task = {
            "project": {
                "name": self._project.name,
                "directory": str(self._project.directory),
                "program": str(self._project.program),
                "stack_directory": str(self._project.stack_directory),
            },
            "stack": stack,
            "config": {key: dataclasses.asdict(value) for key, value in config.items()},
            "show": show,
            "policy_pack": str(self._options.policy_pack.resolve()) if self._options.policy_pack else "",
            "policy_pass": self._options.policy_pass,
            "policy_settings": dict(self._options.policy_settings),
        }
        process = subprocess.Popen(
            [sys.executable, "-m", "preview.worker"],
            cwd=Path(__file__).parent.parent,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            encoding="utf-8",
        )
        self._stacks[stack] = _Stack(process)
        self._send(stack, task)
        threading.Thread(target=self._listen, args=(stack, process), daemon=True).start()

    def documents(self, stacks: Sequence[str]) -> list[Document]:
        """Serve the interpreters until all of `stacks` have their document."""
        while any(self._stacks[stack].document is None for stack in stacks):
            self._progress(self._status())
            stack, message = self._messages.get()
            self._handle(stack, message)
        return [self._stacks[stack].document or {} for stack in stacks]

    def _listen(self, stack: str, process: subprocess.Popen[str]) -> None:
        assert process.stdout is not None
        for line in process.stdout:
            self._messages.put((stack, json.loads(line)))
        self._messages.put((stack, None))

    def _handle(self, stack: str, message: Message | None) -> None:
        state = self._stacks[stack]
        if message is None:
            self._ended(stack)
        elif "reference" in message:
            self._reference(stack, message["reference"])
        elif "document" in message:
            state.document = message["document"]
        else:
            state.result = message
            self._reply_to_waiting(stack)

    def _ended(self, stack: str) -> None:
        """Make up for an interpreter that ended without an answer: it crashed, or was killed."""
        state = self._stacks[stack]
        code = state.process.wait()
        if state.result is None:
            state.result = {"failed": True}
            self._reply_to_waiting(stack)
        if state.document is None:
            message = f"the interpreter of stack {stack} ended with code {code} before it answered"
            state.document = {"stack": stack, "diagnostics": [{"message": message, "severity": "error"}]}

    def _reference(self, stack: str, name: str) -> None:
        """Answer a StackReference, now or when the other stack is ready; start that stack if need be."""
        organization_and_project, _, wanted = name.rpartition("/")
        project = organization_and_project.rpartition("/")[2]
        if project not in ("", self._project.name) or wanted not in self._project.stacks():
            known = ", ".join(f"organization/{self._project.name}/{known}" for known in self._project.stacks())
            self._send(stack, {"error": f'unknown stack "{name}"; this project has {known}'})
            return
        if wanted not in self._stacks:
            try:
                self.start(wanted, self._project.config(wanted), "")
            except ProjectError as error:
                self._send(stack, {"error": str(error)})
                return
        self._stacks[stack].waits_for = wanted
        if self._waits_for_itself(stack):
            self._stacks[stack].waits_for = ""
            self._send(stack, {"error": f'stack "{name}" waits for the outputs of {stack}: neither can be first'})
        elif self._stacks[wanted].result is not None:
            self._reply_to_waiting(wanted)

    def _waits_for_itself(self, stack: str) -> bool:
        return stack in self._chain(self._stacks[stack].waits_for)

    def _chain(self, stack: str) -> Iterator[str]:
        while stack:
            yield stack
            stack = self._stacks[stack].waits_for if self._stacks[stack].result is None else ""

    def _reply_to_waiting(self, stack: str) -> None:
        result = self._stacks[stack].result or {}
        failed = {"error": f"stack {stack} has errors of its own, so its outputs are not known; mend it first"}
        for waiting, state in self._stacks.items():
            if state.waits_for == stack:
                state.waits_for = ""
                self._send(waiting, failed if "failed" in result else {"outputs": result["outputs"]})

    def _send(self, stack: str, message: Message) -> None:
        stream = self._stacks[stack].process.stdin
        assert stream is not None
        try:
            stream.write(json.dumps(message) + "\n")
            stream.flush()
        except BrokenPipeError:
            pass  # It has crashed; `_ended` reports it.

    def _status(self) -> str:
        def word(state: _Stack) -> str:
            if state.document is not None:
                return "done"
            return (
                f"waits for {state.waits_for}" if state.waits_for else "preview" if state.result else "simulated update"
            )

        return " · ".join(f"{name}: {word(state)}" for name, state in self._stacks.items())

"""One stack in an interpreter of its own: reads a task, runs the program twice, lets the pack judge, answers.

The parent (`preview.stacks`) and the worker talk in lines of JSON over standard input and output:

    parent  {task}                              once
    worker  {"reference": NAME}                 the program reads another stack's outputs …
    parent  {"outputs": …} | {"error": TEXT}    … and waits for the answer
    worker  {"outputs": …} | {"failed": true}   the simulated update has ended
    worker  {"document": …}                     once, at the end
"""

from __future__ import annotations

import gc
import json
import os
from pathlib import Path
from typing import Any, TextIO

from preview.project import ConfigValue, Project


def main() -> None:
    """Serve one task."""
    # The process ends with its task: collecting garbage would only walk the SDK's modules over and over.
    gc.disable()
    requests, answers = _channels()
    _Worker(requests, answers).work()
    # Skip the interpreter's tidying up: it takes longer than a small stack.
    os._exit(0)


def _channels() -> tuple[TextIO, TextIO]:
    """Keep standard input and output for the parent alone: a program reads nothing, and prints to standard error."""
    requests = os.fdopen(os.dup(0), encoding="utf-8")
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.dup2(2, 1)
    return requests, answers


class _Worker:
    def __init__(self, requests: TextIO, answers: TextIO) -> None:
        self._requests = requests
        self._answers = answers
        self._task = task = json.loads(requests.readline())
        project = task["project"]
        self._project = Project(
            Path(project["directory"]), project["name"], Path(project["program"]), Path(project["stack_directory"])
        )
        self._config = {key: ConfigValue(**value) for key, value in task["config"].items()}

    def work(self) -> None:
        """Run the program, and answer."""
        # Imported here, with the collector off: this is where the SDK is loaded.
        from preview import document, policy, sdk, sdk_imports
        from preview.project import ProjectError
        from preview.run import run
        from preview.state import Diagnostic

        sdk.tune()
        sdk_imports.postpone()
        stack, task = self._task["stack"], self._task
        update = run(self._project, stack, self._config, False, self._read_stack)
        self._answer({"failed": True} if update.failed else {"outputs": update.outputs})
        if not task["show"]:
            return
        preview = run(self._project, stack, self._config, True, self._read_stack)
        shown, other = (preview, update) if task["show"] == "preview" else (update, preview)
        violations, skips = [], []
        judged = preview if task["policy_pass"] == "preview" else update
        if task["policy_pack"] and not judged.failed:
            try:
                verdict = policy.judge(judged, self._project, Path(task["policy_pack"]), task["policy_settings"])
                violations, skips = verdict.violations, verdict.skips
            except ProjectError as error:
                shown.diagnostics.append(Diagnostic(str(error)))
        self._answer({"document": document.document(shown, other, violations, skips)})

    def _answer(self, message: dict[str, Any]) -> None:
        self._answers.write(json.dumps(message, separators=(",", ":")) + "\n")
        self._answers.flush()

    def _read_stack(self, name: str) -> dict[str, Any]:
        from preview.state import EngineError

        self._answer({"reference": name})
        reply = json.loads(self._requests.readline())
        if "error" in reply:
            raise EngineError(reply["error"])
        return reply["outputs"]


if __name__ == "__main__":
    main()

"""One run of a project's program: a simulated update, or a preview."""

from __future__ import annotations

import asyncio
import contextlib
import contextvars
import io
import json
import logging
import os
import runpy
import sys
from collections.abc import Generator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pulumi
from pulumi.runtime import settings
from pulumi.runtime.proto import engine_pb2

from preview import faults, scoped, values
from preview.loop import Hang, Loop
from preview.monitor import Monitor, ReadStack
from preview.project import ConfigValue, Project
from preview.state import Diagnostic, Resource

ORGANIZATION = "organization"
"""What the CLI calls the organization where its backend has none."""


@dataclass
class Run:
    """What one run left: the resources by URN, the stack's outputs, and the messages. An error makes it partial."""

    stack: str
    dry_run: bool
    config: Mapping[str, ConfigValue]
    resources: dict[str, Resource] = field(default_factory=dict)
    outputs: values.Properties = field(default_factory=dict)
    diagnostics: list[Diagnostic] = field(default_factory=list)

    @property
    def failed(self) -> bool:
        """Whether the program or the engine reported an error."""
        return any(diagnostic.severity == "error" for diagnostic in self.diagnostics)

    def secrets(self) -> set[str]:
        """Return every text that must not be printed: the secret configuration, and what stands in a secret.

        Of the latter not what the program gives in clear: providers mark as secret what repeats it, such as labels.
        """
        found: set[str] = set()
        clear: set[str] = set()
        for resource in self.resources.values():
            found.update(values.texts(resource.inputs, secret=True), values.texts(resource.outputs, secret=True))
            clear.update(values.texts(resource.inputs, secret=False))
        return {value.text for value in self.config.values() if value.secret} | (found - clear)


class _Engine:
    """The engine's side of messages."""

    def __init__(self) -> None:
        self.messages: list[Diagnostic] = []

    def Log(self, request: engine_pb2.LogRequest) -> values.Empty:
        severity = engine_pb2.LogSeverity.Name(request.severity).lower()
        if severity != "debug" and not request.ephemeral:
            self.messages.append(Diagnostic(request.message, severity, request.urn))
        return values.Empty()

    def RequirePulumiVersion(self, request: Any) -> Any:
        return engine_pb2.RequirePulumiVersionResponse()


def run(project: Project, stack: str, config: Mapping[str, ConfigValue], dry_run: bool, read_stack: ReadStack) -> Run:
    """Run the program once, from nothing: a fresh SDK state, event loop, and fresh modules of the project.

    The modules of installed packages stay loaded between runs, since importing them is most of the time; those of
    the project are dropped, so that what they keep (a cache, a list of resources) cannot leak into the next run.
    """
    return contextvars.copy_context().run(_run, project, stack, config, dry_run, read_stack)


def _run(project: Project, stack: str, config: Mapping[str, ConfigValue], dry_run: bool, read_stack: ReadStack) -> Run:
    texts = {key: value.text for key, value in config.items()}
    secret_keys = [key for key, value in config.items() if value.secret]
    monitor, engine = Monitor(project, stack, texts, dry_run, read_stack), _Engine()
    _configure(project, stack, texts, secret_keys, dry_run, monitor, engine)
    result = Run(stack, dry_run, config, monitor.resources)
    variables = {
        "PULUMI_CONFIG": json.dumps(texts),
        "PULUMI_CONFIG_SECRET_KEYS": json.dumps(secret_keys),
        # Text made of an unresolved Output is an error, not a warning baked into a property.
        "PULUMI_ERROR_OUTPUT_STRING": "1",
        # Programs may refuse placeholders in a real update; only by this can they tell a simulated one from it.
        "MULTICLOUD_SIMULATION": "1",
    }
    with scoped.environment(variables), _program_environment(project) as (program, printed):
        loop = Loop()
        asyncio.set_event_loop(loop)
        errors: list[Diagnostic] = []
        try:
            loop.run_until_complete(pulumi.runtime.run_in_stack(lambda: _execute(program)))
        except Hang:
            errors = [faults.hang(loop, project.directory)]
        except (Exception, SystemExit) as error:  # noqa: BLE001 (whatever the program raises is its fault to report)
            errors = [faults.fault(error, project.directory)]
        errors = errors or [faults.fault(error, project.directory) for error in loop.unseen_errors()]
        _close(loop)
    result.outputs = monitor.outputs
    output = [Diagnostic(line, "info") for line in printed.getvalue().splitlines() if line.strip()]
    result.diagnostics = list(dict.fromkeys([*output, *engine.messages, *monitor.errors, *errors]))
    return result


def _configure(
    project: Project,
    stack: str,
    texts: Mapping[str, str],
    secret_keys: list[str],
    dry_run: bool,
    monitor: Monitor,
    engine: _Engine,
) -> None:
    """Set up the SDK as the CLI's language host and its `pulumi-language-python-exec` do."""
    pulumi.runtime.set_all_config(dict(texts), secret_keys)
    settings.ROOT.set(None)
    pulumi.runtime.configure(
        pulumi.runtime.Settings(
            project=project.name,
            stack=stack,
            monitor=monitor,
            engine=engine,
            dry_run=dry_run,
            organization=ORGANIZATION,
            root_directory=str(project.directory),
        )
    )


@contextlib.contextmanager
def _program_environment(project: Project) -> Generator[tuple[Path, io.StringIO]]:
    """Be where the CLI runs a program: its folder current and first on the path, its output caught as messages."""
    program = project.program
    folder = program if program.is_dir() else program.parent
    before = (os.getcwd(), sys.argv, list(sys.path))
    _forget_modules(project.directory)
    logging.getLogger("asyncio").setLevel(logging.CRITICAL)
    os.chdir(folder)
    sys.argv = [str(program)]
    sys.path[0] = str(folder)
    printed = io.StringIO()
    try:
        with contextlib.redirect_stdout(printed), contextlib.redirect_stderr(printed):
            yield program, printed
    finally:
        os.chdir(before[0])
        sys.argv, sys.path[:] = before[1], before[2]


def _forget_modules(directory: Path) -> None:
    for name, module in list(sys.modules.items()):
        if name != "__main__" and faults.is_user_code(getattr(module, "__file__", None) or "", directory):
            del sys.modules[name]


def _execute(program: Path) -> None:
    runpy.run_path(str(program), run_name="__main__")


def _close(loop: asyncio.AbstractEventLoop) -> None:
    """Cancel what an error or a hang left unfinished, and close the loop."""
    unfinished = asyncio.all_tasks(loop)
    for task in unfinished:
        task.cancel()
    if unfinished:
        with contextlib.suppress(Hang):
            loop.run_until_complete(asyncio.wait(unfinished))
    asyncio.set_event_loop(None)
    loop.close()

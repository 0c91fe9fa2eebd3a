"""The command line of `python -m preview`."""

from __future__ import annotations

import argparse
import contextlib
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from preview import stacks
from preview.graph import Document, dumps, failed
from preview.project import Project, ProjectError, load

if TYPE_CHECKING:
    from rich.status import Status

DESCRIPTION = """\
Preview a Pulumi program in Python without the pulumi CLI, an account or a network. Each stack runs twice: as a
simulated update, in which every computed value exists, and as a preview, in which it is unknown.
"""
EPILOG = """\
exit status: 0, or 1 on a mandatory policy violation, an error, or a fault in the program.
--json writes one document a stack, one a line, in the shape of `pulumi preview --json`, with the stack's outputs and
policyViolations; steps are sorted by URN, and the same program gives the same bytes. `--pass update` shows the
simulated update instead: every value known, each resource with its id and outputs.
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command and return its exit status."""
    given = _parser().parse_args(arguments)
    try:
        project = load(given.project)
        names = list(dict.fromkeys(given.stack)) or project.stacks()
        if not names:
            raise ProjectError(f"{project.stack_directory} has no Pulumi.<stack>.yaml; there is no stack to preview")
        options = stacks.Options(given.show, given.policy_pack, given.policy_pass, _policy_settings(given))
        documents = _documents(project, names, options, drawn=not given.json)
    except ProjectError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    if given.json:
        sys.stdout.buffer.write("".join(dumps(found) + "\n" for found in documents).encode())
    else:
        from preview.render import render

        render(documents, every_resource=given.verbose, judged=given.policy_pack is not None)
    return int(any(map(failed, documents)))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        "python -m preview",
        description=DESCRIPTION,
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = parser.add_argument
    add("stack", nargs="*", help="stacks to preview; all that have a Pulumi.<stack>.yaml by default")
    add("--project", type=Path, default=Path(), metavar="DIR", help="folder of Pulumi.yaml (default: the current one)")
    add("--json", action="store_true", help="write documents instead of trees")
    add("--pass", dest="show", choices=("preview", "update"), default="preview", help="which run to show")
    add("--policy-pack", type=Path, metavar="DIR", help="judge the stacks by this pack (in Python)")
    add(
        "--policy-pack-config",
        type=Path,
        metavar="FILE",
        help="JSON: policy name to level or properties, as for the CLI",
    )
    add(
        "--policy-pass",
        choices=("update", "preview"),
        default="update",
        help="what the pack judges: the simulated update (default), or the preview, as under the CLI",
    )
    add("-v", "--verbose", action="store_true", help="list every resource in the tree")
    return parser


def _policy_settings(given: argparse.Namespace) -> dict[str, Any]:
    """Read the `--policy-pack-config` file; refuse a folder that is no pack before anything runs."""
    if given.policy_pack is not None and not (given.policy_pack / "PulumiPolicy.yaml").is_file():
        raise ProjectError(f"--policy-pack {given.policy_pack}: no PulumiPolicy.yaml there, so it is not a policy pack")
    path = given.policy_pack_config
    if path is None:
        return {}
    try:
        content = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise ProjectError(f"--policy-pack-config {path}: {error}") from None
    if not isinstance(content, dict):
        raise ProjectError(f"--policy-pack-config {path}: an object with the names of policies is expected")
    return content


def _documents(project: Project, names: list[str], options: stacks.Options, drawn: bool) -> list[Document]:
    """Preview the stacks; where trees are drawn and there is a terminal, with one line of progress."""
    if not drawn:
        return stacks.preview(project, names, options)
    with contextlib.ExitStack() as until_done:
        line: list[Status] = []

        def progress(text: str) -> None:
            from rich.console import Console  # while the interpreters run: it takes as long as a small stack

            if not line:
                line.append(until_done.enter_context(Console(stderr=True).status(text)))
            line[0].update(text)

        return stacks.preview(project, names, options, progress)

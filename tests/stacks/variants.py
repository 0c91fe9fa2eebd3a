"""The program with other settings: many simulated updates in one interpreter, its modules loaded but once."""

import copy
import gc
import json
import shutil
import sys
import tempfile
from collections.abc import Mapping, Sequence
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

import yaml

from analysis.replacements import Loss, losses
from preview import document, project, sdk
from preview.graph import Graph, failed
from preview.run import Run, run
from settings.shared import Shared
from settings.sizes import sized
from settings.stacks import STACKS

ROOT = Path(__file__).parents[2]
# A run puts its program's folder in place of the first entry, which may be this.
sys.path.append(str(ROOT))

Changes = Mapping[str, Any]
"""Values by their path in the settings, such as `network.zones`; `prod:network.zones` is another stack's own."""

READ: Mapping[str, tuple[str, ...]] = {"interconnect": ("prod", "dr")}
"""Which stacks a stack reads."""


@cache
def shipped(stack: str) -> dict[str, Any]:
    """The settings of a stack as its files and Pulumi.yaml have them."""
    shared, own = (_config(name) for name in ("Pulumi.yaml", f"Pulumi.{stack}.yaml"))
    declared = {key: entry["value"] for key, entry in shared.items() if ":" not in key}
    return declared | {key.partition(":")[2]: value for key, value in own.items()}


def changed(stack: str, changes: Changes) -> dict[str, Any]:
    """The shipped settings with some values changed; beside a changed value its parent's defaults are written out."""
    tree = copy.deepcopy(shipped(stack))
    defaults = _defaults(stack)
    for path, value in changes_of(stack, changes).items():
        *parents, last = path.split(".")
        at, known = tree, defaults
        for parent in parents:
            known = known[parent]
            at = at.setdefault(parent, copy.deepcopy(known))
        at[last] = value
    return tree


@cache
def _defaults(stack: str) -> dict[str, Any]:
    return load(stack, shipped(stack)).model_dump(mode="json")


def changes_of(stack: str, changes: Changes) -> Changes:
    """What of the changes is in the files of a stack; paths are marked with its name only where another one changes."""
    marked = {path.rpartition(":"): value for path, value in changes.items()}
    return {path: value for (owner, _, path), value in marked.items() if owner in ("", stack)}


def changes_beside(stack: str, changes: Changes) -> Changes:
    """The same for a stack that another one reads: what all stacks share, and what is marked as its own."""
    return {
        path: value
        for path, value in changes.items()
        if path.startswith(f"{stack}:") or path.partition(".")[0] in Shared.model_fields
    }


def load(stack: str, tree: Mapping[str, Any]) -> Shared:
    """The checked settings; raises ValidationError where the program would refuse them."""
    return STACKS[stack].model_validate_json(json.dumps(sized(stack, tree)))


def lost(stacks: Sequence[str], several: Sequence[Changes]) -> list[list[list[Loss]]]:
    """What updates of each shipped stack delete or replace, by change.

    Changes are made at once, and halved until those are found that lose something or do not go together.
    """
    if len(several) == 1:
        return [[losses(_deployed(stack), update(stack, several[0])) for stack in stacks]]
    together = {path: value for changes in several for path, value in changes.items()}
    try:
        none = not any(losses(_deployed(stack), update(stack, together)) for stack in stacks)
    except AssertionError:
        none = False
    if none:
        return [[[] for _ in stacks] for _ in several]
    half = len(several) // 2
    return [*lost(stacks, several[:half]), *lost(stacks, several[half:])]


@cache
def _deployed(stack: str) -> Graph:
    return update(stack, {})


def update(stack: str, changes: Changes) -> Graph:
    """The simulated update of a stack with changed settings."""
    result = document.document(_run(stack, changes_of(stack, changes), _read_with(stack, changes)), None, [], [])
    assert not failed(result), result["diagnostics"]
    return Graph(result)


def _read_with(stack: str, changes: Changes) -> str:
    """What changes in the stacks that it reads, by name, as a text: a key of what was run before."""
    return json.dumps({read: changes_of(read, changes_beside(read, changes)) for read in READ.get(stack, ())})


def _run(stack: str, changes: Changes, read_with: str = "{}") -> Run:
    return _run_once(stack, json.dumps(changes, sort_keys=True), read_with)


# A stack that was updated for itself is read right afterwards, by the stack that reads it.
@lru_cache(maxsize=8)
def _run_once(stack: str, changes: str, read_with: str) -> Run:
    sdk.tune()
    tree = changed(stack, json.loads(changes))
    exports = {read: _exports(read, others) for read, others in json.loads(read_with).items()}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name).resolve()
        config = {key: {"value": tree[key]} for key in Shared.model_fields if key in tree}
        own = {f"multicloud:{key}": value for key, value in tree.items() if key not in Shared.model_fields}
        config["pulumi:disable-default-providers"] = {"value": ["*"]}
        _write(folder / "Pulumi.yaml", {"name": "multicloud", "runtime": "python", "config": config})
        _write(folder / f"Pulumi.{stack}.yaml", {"config": own})
        shutil.copy(ROOT / "__main__.py", folder)
        found = project.load(folder)
        made = run(found, stack, found.config(stack), False, lambda name: exports[name.rpartition("/")[2]])
    if not json.loads(changes):
        # The modules and what is shipped stay: looking through them at each collection costs a third of the time.
        gc.freeze()
        gc.set_threshold(200_000, 10, 10)
    return made


def _exports(stack: str, changes: Changes) -> dict[str, Any]:
    """What a stack exports once the changes have reached it too."""
    if not changes:
        return _shipped_exports(stack)
    made = _run(stack, changes)
    assert not made.failed, made.diagnostics
    return made.outputs


@cache
def _shipped_exports(stack: str) -> dict[str, Any]:
    made = _run(stack, {})
    assert not made.failed, made.diagnostics
    return made.outputs


def _config(name: str) -> dict[str, Any]:
    return yaml.safe_load((ROOT / name).read_text())["config"]


def _write(path: Path, content: object) -> None:
    # JSON is YAML in which no text is taken for another type.
    path.write_text(json.dumps(content))

"""What a preview found, as one JSON document a stack, in the shape of `pulumi preview --json`.

Beside the CLI's fields (`config`, `steps`, `diagnostics`, `changeSummary`) a document has `stack`, `outputs` (the
stack's), `policyViolations` and `policySkips` (rules that met a value that is not known yet). It has no duration, no
stack traces and no position outside the project, its steps are sorted by URN, and secrets read `[secret]`: the same
program gives the same bytes. An unknown value is the CLI's placeholder, `preview.values.UNKNOWN`.
A document of the simulated update also has each resource's `id` and `outputs`. `aliases` are all former URNs that the
program declares; the CLI lists only the one that it found in its state.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Any

from preview import urns, values
from preview.run import Run
from preview.state import Diagnostic, Resource

Document = dict[str, Any]


def document(shown: Run, other: Run | None, violations: list[Document], skips: list[Document]) -> Document:
    """Describe a stack by the run to show; errors of the other run are added to its messages."""
    secrets = shown.secrets() | (other.secrets() if other else set())
    steps = [_step(shown.resources[urn], not shown.dry_run) for urn in sorted(shown.resources)]
    steps = [step for step in steps if step]
    fields = {
        "stack": shown.stack,
        "config": {key: value.shown for key, value in shown.config.items()},
        "steps": steps,
        "diagnostics": [hide(message.as_dict(), secrets) for message in _messages(shown, other)],
        "changeSummary": dict(sorted(Counter(step["op"] for step in steps if step["op"] != "read").items())),
        "outputs": dict(sorted(values.shown(shown.outputs).items())),
        "policyViolations": [hide(violation, secrets) for violation in violations],
        "policySkips": [hide(skip, secrets) for skip in skips],
    }
    return {key: value for key, value in fields.items() if value}


def hide(message: Document, secrets: Iterable[str]) -> Document:
    """Replace each secret text in a message, longest first. Texts of one or two characters would hide everything."""
    hidden = sorted((text for text in secrets if len(text) > 2), key=lambda text: (-len(text), text))
    result = dict(message)
    for key in ("message", "reason"):
        for text in hidden:
            if key in result:
                result[key] = result[key].replace(text, "[secret]")
    return result


def _messages(shown: Run, other: Run | None) -> list[Diagnostic]:
    known = {message.message for message in shown.diagnostics}
    prefix = "in the simulated update: " if shown.dry_run else "in the preview: "
    rest = [message for message in (other.diagnostics if other else ()) if message.severity == "error"]
    added = [Diagnostic(prefix + m.message, m.severity, m.urn) for m in rest if m.message not in known]
    return [*shown.diagnostics, *added]


def _step(resource: Resource, updated: bool) -> Document | None:
    """Return a resource's step, fields in the CLI's order; default providers have none."""
    if resource.is_default_provider:
        return None
    step = {"op": resource.op, "urn": resource.urn, "provider": resource.provider}
    has_id = updated or resource.op in ("read", "import")
    state = {
        "urn": resource.urn,
        "custom": resource.custom,
        "id": resource.id if has_id else "",
        "type": resource.type,
        "inputs": {} if resource.type == urns.STACK_TYPE else _sorted(values.shown(resource.inputs)),
        "outputs": _sorted(values.shown(resource.outputs)) if updated else {},
        "parent": resource.parent,
        "protect": resource.protect,
        "external": resource.external,
        "dependencies": resource.dependencies,
        "provider": resource.provider,
        "propertyDependencies": resource.property_dependencies,
        "additionalSecretOutputs": resource.additional_secret_outputs,
        "aliases": resource.aliases,
        "customTimeouts": resource.custom_timeouts,
        "importID": resource.id if resource.op == "import" else "",
        "retainOnDelete": bool(resource.retain_on_delete),
        "deletedWith": resource.deleted_with,
        "replaceWith": resource.replace_with,
        "sourcePosition": resource.source_position,
        "ignoreChanges": resource.ignore_changes,
        "hideDiff": resource.hide_diff,
        "replaceOnChanges": resource.replace_on_changes,
    }
    kept = {key: value for key, value in state.items() if value or key == "custom"}
    return {**{key: value for key, value in step.items() if value}, "newState": kept, "detailedDiff": None}


def _sorted(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _sorted(value[key]) for key in sorted(value)}
    return [_sorted(part) for part in value] if isinstance(value, list) else value

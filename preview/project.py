"""A Pulumi project on disk: `Pulumi.yaml`, its stacks, and each stack's configuration as the CLI hands it out.

What the CLI does with these files is in pulumi/pulumi: `sdk/go/common/workspace/project.go`,
`pkg/workspace/config.go` (a stack's value replaces the project's whole) and `sdk/go/common/resource/config/`.
Encrypted values are never decrypted: a stand-in takes their place, `<stack>/<key>`, and stays a secret.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from preview import yaml_v3

_STAND_INS = {"integer": "1", "boolean": "true"}
_TYPES = ("string", "integer", "boolean", "object", "array")


class ProjectError(Exception):
    """A project's files are not what Pulumi accepts. The message names the file, the key and the remedy."""


@dataclass(frozen=True)
class ConfigValue:
    """One configuration value: `text` as the program receives it, `shown` with its secrets left out."""

    text: str
    shown: str
    secret: bool = False


@dataclass(frozen=True)
class Project:
    """A project: where it is, what it is called, and what it declares for all stacks."""

    directory: Path
    name: str
    program: Path
    """The folder of `__main__.py`, or the file that `main:` names."""
    stack_directory: Path
    declared: Mapping[str, Any] = field(default_factory=dict)
    """The `config:` section of Pulumi.yaml, shorthand written out."""

    def stacks(self) -> list[str]:
        """Return the names of all stacks that have a configuration file, sorted."""
        files = self.stack_directory.glob("Pulumi.*.y*ml")
        return sorted({match[1] for file in files if (match := re.fullmatch(r"Pulumi\.(.+)\.ya?ml", file.name))})

    def config(self, stack: str) -> dict[str, ConfigValue]:
        """Return a stack's configuration by full key (`namespace:name`), sorted."""
        path = self._stack_file(stack)
        content = _read(path) or {}
        if "environment" in content:
            raise ProjectError(
                f"{path.name}: `environment` is Pulumi ESC, which a preview without an account cannot read"
            )
        given: dict[str, Any] = {}
        for key, raw in (content.get("config") or {}).items():
            given[_full_key(key, self.name, path.name)] = raw
        values: dict[str, ConfigValue] = {}
        for key, raw in given.items():
            values[key] = _stack_value(raw, f"{stack}/{key}", self._type_of(key), path.name)
        missing = []
        for key, declaration in self.declared.items():
            full = _full_key(key, self.name, "Pulumi.yaml")
            default = declaration.get("value", declaration.get("default"))
            if full not in values and default is not None:
                values[full] = _project_value(default, key)
            if full in values:
                _check_type(values[full], declaration, key, stack, full in given)
            elif full.startswith(self.name + ":"):
                missing.append(key)
        if missing:
            raise ProjectError(
                f"{path.name}: {', '.join(sorted(missing))} declared in Pulumi.yaml without a value, and not set "
                f"for stack {stack}; the program would not start. Set them here, or give them a `value:` there"
            )
        return dict(sorted(values.items()))

    def _stack_file(self, stack: str) -> Path:
        for suffix in ("yaml", "yml"):
            path = self.stack_directory / f"Pulumi.{stack}.{suffix}"
            if path.is_file():
                return path
        known = ", ".join(self.stacks()) or "none"
        raise ProjectError(
            f"no stack {stack!r}: {self.stack_directory} has no Pulumi.{stack}.yaml; stacks here: {known}"
        )

    def _type_of(self, full: str) -> str | None:
        declaration = self.declared.get(full) or self.declared.get(full.removeprefix(self.name + ":")) or {}
        return declaration.get("type")


def load(directory: Path) -> Project:
    """Read the project in `directory`; raise ProjectError when there is none or it is no Python program."""
    directory = directory.resolve()
    path = next((p for name in ("Pulumi.yaml", "Pulumi.yml") if (p := directory / name).is_file()), None)
    if path is None:
        raise ProjectError(f"no Pulumi.yaml in {directory}; run from the project's folder, or name it by --project")
    content = _read(path)
    if not isinstance(content, dict) or not isinstance(content.get("name"), str):
        raise ProjectError(f"{path.name}: `name` is missing")
    runtime = content.get("runtime")
    language = runtime.get("name") if isinstance(runtime, dict) else runtime
    if language != "python":
        raise ProjectError(f"{path.name}: runtime is {language!r}; only python programs can be previewed here")
    config, stack_directory = content.get("config") or {}, content.get("stackConfigDir", "")
    if isinstance(config, str):
        config, stack_directory = {}, config
    program = directory / content.get("main", "")
    if not program.exists():
        raise ProjectError(f"{path.name}: main: {content['main']} does not exist")
    declared = {key: _declaration(key, value, content["name"]) for key, value in sorted(config.items())}
    return Project(directory, content["name"], program, directory / stack_directory, declared)


def _read(path: Path) -> Any:
    try:
        return yaml_v3.load(path.read_text("utf-8"), path.name)
    except ValueError as error:
        raise ProjectError(str(error)) from None


def _declaration(key: str, value: Any, project: str) -> dict[str, Any]:
    """Write out the shorthand: `key: value` is a default for the project's own keys, a value for others."""
    own = ":" not in key or key.startswith(project + ":")
    if not isinstance(value, dict):
        return {"default" if own else "value": value}
    unknown = sorted(set(value) - {"type", "description", "items", "default", "value", "secret"})
    problem = None
    if unknown:
        problem = f"has unknown attributes: {', '.join(map(str, unknown))}"
    elif "default" in value and "value" in value:
        problem = "cannot have both `default` and `value`"
    elif not own and ("type" in value or "default" in value):
        problem = "belongs to another namespace: it takes a `value`, no `type` or `default`"
    elif value.get("type") not in (None, *_TYPES):
        problem = f"has an unknown type {value['type']!r}; one of {', '.join(_TYPES)}"
    elif value.get("type") == "array" and "items" not in value:
        problem = "is an array and must say its `items`"
    if problem:
        raise ProjectError(f"Pulumi.yaml: config {key} {problem}")
    return value


def _full_key(key: str, project: str, file: str) -> str:
    match key.split(":"):
        case [name] if name:
            return f"{project}:{name}"
        case [namespace, name] | [namespace, "config", name] if namespace and name:
            return f"{namespace}:{name}"
    raise ProjectError(f"{file}: config {key!r} is not a key; write `name` or `namespace:name`")


def _stack_value(raw: Any, path: str, kind: str | None, file: str) -> ConfigValue:
    """Read a value of a stack file: an object becomes JSON text, a scalar its own text, null the empty text."""
    if _encrypted(raw):
        return ConfigValue(_STAND_INS.get(kind or "", path), "[secret]", secret=True)
    try:
        if isinstance(raw, dict | list):
            text, shown = (go_json(_stand_in(raw, path, mark)) for mark in (None, "[secret]"))
            return ConfigValue(text, shown, secret=text != shown)
        text = "" if raw is None else yaml_v3.go_text(raw)
    except ValueError as error:
        raise ProjectError(f"{file}: config {path.partition('/')[2]}: {error}") from None
    return ConfigValue(text, text)


def _stand_in(raw: Any, path: str, mark: str | None) -> Any:
    """Replace each encrypted value by `mark`, or by a stand-in that names its place."""
    if _encrypted(raw):
        return mark or path
    if isinstance(raw, dict):
        return {key: _stand_in(value, f"{path}.{key}", mark) for key, value in raw.items()}
    if isinstance(raw, list):
        return [_stand_in(value, f"{path}[{index}]", mark) for index, value in enumerate(raw)]
    return yaml_v3.go_text(raw) if isinstance(raw, datetime) else raw


def _encrypted(raw: Any) -> bool:
    return isinstance(raw, dict) and raw.keys() == {"secure"} and isinstance(raw["secure"], str)


def _project_value(raw: Any, key: str) -> ConfigValue:
    try:
        text = raw if isinstance(raw, str) else go_json(_plain(raw))
    except ValueError as error:
        raise ProjectError(f"Pulumi.yaml: config {key}: {error}") from None
    if isinstance(raw, datetime):
        text = yaml_v3.rfc3339(raw)
    return ConfigValue(text, text)


def _plain(raw: Any) -> Any:
    if isinstance(raw, dict):
        if _encrypted(raw):
            raise ValueError("an encrypted value belongs in a stack's file; move it to Pulumi.<stack>.yaml")
        return {name: _plain(value) for name, value in raw.items()}
    if isinstance(raw, list):
        return [_plain(value) for value in raw]
    return yaml_v3.rfc3339(raw) if isinstance(raw, datetime) else raw


def go_json(value: Any) -> str:
    """Write JSON as Go's encoding/json does: sorted keys, no spaces, `<`, `>` and `&` escaped."""
    if isinstance(value, dict):
        return "{" + ",".join(f"{go_json(key)}:{go_json(value[key])}" for key in sorted(value)) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(go_json, value)) + "]"
    if isinstance(value, float):
        return yaml_v3.go_float(value)
    if isinstance(value, int) and not isinstance(value, bool) and not -(2**63) <= value < 2**63:
        return yaml_v3.go_float(float(value))
    text = json.dumps(value, ensure_ascii=False)
    for character in "<>&\u2028\u2029":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return text


def _check_type(value: ConfigValue, declaration: Mapping[str, Any], key: str, stack: str, from_stack: bool) -> None:
    kind = declaration.get("type")
    if kind is None:
        return
    file = f"Pulumi.{stack}.yaml" if from_stack else "Pulumi.yaml"
    if declaration.get("secret") and not value.secret:
        raise ProjectError(
            f"{file}: config {key} is declared secret, so it must be encrypted: "
            f"`pulumi config set --secret {key} -s {stack}`"
        )
    if not value.secret and not _has_type(_parsed(value.text), kind, declaration.get("items")):
        raise ProjectError(
            f"{file}: config {key} is {value.shown!r} for stack {stack}; Pulumi.yaml declares it as {kind}"
        )


def _parsed(text: str) -> Any:
    """Return the object or list that a text holds; any other text as it is."""
    return json.loads(text) if text[:1] in ("{", "[") and _is_json(text) else text


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except ValueError:
        return False
    return True


def _has_type(value: Any, kind: str, items: Mapping[str, Any] | None) -> bool:
    match kind:
        case "string":
            return isinstance(value, str)
        case "integer":
            if isinstance(value, str):
                return re.fullmatch(r"[-+]?\d+", value) is not None
            return isinstance(value, int | float) and not isinstance(value, bool) and value == int(value)
        case "boolean":
            return isinstance(value, bool) or value in ("true", "false")
        case "object":
            return isinstance(value, dict)
    element = items or {}
    return isinstance(value, list) and all(
        _has_type(item, element.get("type", ""), element.get("items")) for item in value
    )

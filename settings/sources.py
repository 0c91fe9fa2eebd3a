"""Where settings come from: the keys and values that the engine hands over, and the files that set them."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path as File
from typing import Any

import pulumi
import yaml

PROJECT_FILE = "Pulumi.yaml"


@dataclass
class Sources:
    """The keys of one stack, by their full names such as `multicloud:network`."""

    stack: str
    borrowed: tuple[str, ...] = ()
    """Names of keys that a project in a folder below the platform's takes from the platform's Pulumi.yaml."""

    @cached_property
    def project(self) -> str:
        """The project's name, which is the namespace of its keys."""
        return pulumi.get_project()

    @cached_property
    def values(self) -> Mapping[str, str]:
        """All values, those of Pulumi.yaml included: text as it is, objects as JSON, secrets decrypted."""
        borrowed = {key: value if isinstance(value, str) else json.dumps(value) for key, value in self._lent.items()}
        return dict(sorted({**borrowed, **pulumi.runtime.get_config_env()}.items()))

    @cached_property
    def encrypted(self) -> frozenset[str]:
        """Keys whose value, or a part of it, is a secret: no message may show it."""
        return frozenset(pulumi.runtime.config.get_config_secret_keys_env())

    @property
    def stack_file(self) -> str:
        """Name of the stack's file."""
        return f"Pulumi.{self.stack}.yaml"

    @cached_property
    def in_project_file(self) -> Mapping[str, Any]:
        """The plain values of Pulumi.yaml's keys, borrowed ones included."""
        return {**self._lent, **_declared(self._read(PROJECT_FILE))}

    @cached_property
    def secrets_provider(self) -> str:
        """What encrypts the stack's secrets; nothing where that is a passphrase, or the backend's own."""
        return self._content(self.stack_file).get("secretsprovider") or ""

    @cached_property
    def _lent(self) -> Mapping[str, Any]:
        if not self.borrowed:
            return {}
        platform = _declared(self._read(f"../{PROJECT_FILE}"))
        return {key: value for key, value in platform.items() if self.name(key) in self.borrowed}

    @cached_property
    def in_stack_file(self) -> frozenset[str]:
        """The keys of the stack's file."""
        return frozenset(self._read(self.stack_file))

    def key(self, name: str) -> str:
        """The full name of one of the project's own keys."""
        return f"{self.project}:{name}"

    def name(self, key: str) -> str | None:
        """The name of a key within the project, or None if it belongs to another namespace."""
        namespace, _, name = key.partition(":")
        return name if namespace == self.project else None

    def file(self, key: str) -> str:
        """Name of the file to change when a key's value is wrong."""
        return PROJECT_FILE if key in self.in_project_file and key not in self.in_stack_file else self.stack_file

    def _read(self, name: str) -> dict[str, Any]:
        config = self._content(name).get("config") or {}
        return {key if ":" in key else self.key(key): value for key, value in config.items()}

    def _content(self, name: str) -> dict[str, Any]:
        # PyYAML reads some unquoted scalars otherwise than the engine; keys and quoted values it reads alike.
        file = File(pulumi.runtime.get_root_directory()) / name
        return (yaml.safe_load(file.read_text(encoding="utf-8")) if file.exists() else None) or {}


def _declared(config: Mapping[str, Any]) -> dict[str, Any]:
    """The values of Pulumi.yaml's keys, whether a key has attributes or only its value."""
    return {
        key: entry.get("value", entry.get("default")) if isinstance(entry, dict) else entry
        for key, entry in config.items()
    }


def plain(text: str) -> Any:
    """A value as data: the engine hands objects over as JSON, and numbers and booleans as they were written."""
    try:
        return json.loads(text)
    except ValueError:
        return text

"""A copy of the project's YAML files to change and to load settings from, as the engine would hand them over."""

import copy
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pulumi
import pytest
import yaml
from pulumi.runtime.settings import Settings, configure, reset_options

from settings.loader import load
from settings.shared import Shared
from settings.stacks import STACKS

ROOT = Path(__file__).parents[2]
PROJECT = "multicloud"


@dataclass
class Project:
    """Pulumi.yaml's settings, those of one stack's file, and how they reach the program."""

    folder: Path
    stack: str
    shared: dict[str, Any]
    own: dict[str, Any]
    encrypted: list[str] = field(default_factory=list)
    extra: dict[str, str] = field(default_factory=dict)
    """Values that no file holds, as an environment or --config-file brings them."""

    secrets_provider: str | None = "gcpkms://projects/standby-7f3a/locations/us/keyRings/state/cryptoKeys/secrets"

    def set(self, path: str, value: object) -> None:
        """Set the value at a path such as `network.zones`; a path with a colon in it is a key of the stack's file."""
        name, *parts = (path,) if ":" in path else path.split(".")
        tree = self.shared if name in Shared.model_fields else self.own
        *parents, last = (name, *parts)
        for parent in parents:
            tree = tree.setdefault(parent, {})
        tree[last] = value

    def remove(self, path: str) -> None:
        *parents, last = path.split(".")
        tree = self.shared if parents[:1] or last in self.shared else self.own
        for parent in parents:
            tree = tree[parent]
        del tree[last]

    def load(self, environment: pytest.MonkeyPatch, *, dry_run: bool = True) -> Shared:
        """Write the files, hand the values over as the language host does, and load them."""
        declared = {name: {"type": "object", "value": value} for name, value in self.shared.items()}
        namespaced = {_key(name): value for name, value in self.own.items()}
        (self.folder / "Pulumi.yaml").write_text(yaml.safe_dump({"name": PROJECT, "config": declared}))
        file = {"secretsprovider": self.secrets_provider, "config": namespaced}
        (self.folder / f"Pulumi.{self.stack}.yaml").write_text(yaml.safe_dump(file))
        values = {_key(name): value for name, value in self.shared.items()} | namespaced
        handed = {key: _text(value) for key, value in values.items()} | self.extra
        environment.setenv("PULUMI_CONFIG", json.dumps(handed))
        environment.setenv("PULUMI_CONFIG_SECRET_KEYS", json.dumps(self.encrypted))
        configure(Settings(project=PROJECT, stack=self.stack, root_directory=str(self.folder), dry_run=dry_run))
        return load(self.stack)


def _key(name: str) -> str:
    return name if ":" in name else f"{PROJECT}:{name}"


def _text(value: object) -> str:
    """A value as the engine passes it on: text as it is, anything else as JSON."""
    return value if isinstance(value, str) else json.dumps(value)


def read(name: str) -> Mapping[str, Any]:
    """One of the project's own YAML files."""
    return yaml.safe_load((ROOT / name).read_text(encoding="utf-8"))


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str], Project]]:
    """The shipped settings of a stack, to change and to load."""
    monkeypatch.delenv("MULTICLOUD_SIMULATION", raising=False)

    def shipped(stack: str) -> Project:
        shared = {key: entry["value"] for key, entry in read("Pulumi.yaml")["config"].items() if ":" not in key}
        own = {key.partition(":")[2]: value for key, value in read(f"Pulumi.{stack}.yaml")["config"].items()}
        secrets = [_key(name) for name in STACKS[stack].secrets]
        return Project(
            tmp_path, stack, copy.deepcopy(shared), copy.deepcopy(own), secrets, dict.fromkeys(secrets, "s3cret")
        )

    yield shipped
    pulumi.runtime.config.set_all_config({}, [])
    reset_options()

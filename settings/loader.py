"""Reads a stack's settings: each key is known, stands in its one file and is valid, or nothing at all is planned."""

import json
import os
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Generic, Literal, TypeVar, get_origin

import pulumi
from pydantic import ValidationError
from pydantic_core import ErrorDetails

from settings.placeholders import placeholders
from settings.problems import NO_VALUE, SECRET, Problem, SettingsError, explain, show_path, show_value, unknown
from settings.shared import Shared, StackSettings
from settings.sizes import sized
from settings.sources import PROJECT_FILE, Sources, plain
from settings.stacks import STACKS
from settings.types import Path

SIMULATION = "MULTICLOUD_SIMULATION"
"""Set to 1 by the embedded preview and by tests, which reach no cloud: placeholders then do no harm, and a stand-in
serves for a secret that every deployment of a stack needs."""

# What the program uses in place of these providers' own keys.
INSTEAD = {
    "aws": f"the region and the account are regions.aws and accounts.aws in {PROJECT_FILE}",
    "gcp": f"the region and the project are regions.gcp and accounts.gcp_project in {PROJECT_FILE}",
    "kubernetes": "the clusters are those that the stacks make",
}

SECRETS_PROVIDER = "gcpkms://"
"""How a deployed stack encrypts its secrets: with a key that a failover reaches while AWS is dark."""

BOOLEANS = {"true": True, "True": True, "false": False, "False": False}
"""Booleans as `pulumi.Config` reads them."""


Settings = TypeVar("Settings", bound=StackSettings)


def load(stack: str) -> Shared:
    """The settings of a stack.

    Raises SettingsError, with all problems at once, where a setting is refused.
    """
    if stack not in STACKS:
        consequence = "the program does not know what to build for a stack of this name"
        remedy = f"select one of {', '.join(STACKS)}"
        raise SettingsError(
            stack, [Problem(f"Pulumi.{stack}.yaml", "(the stack's name)", show_value(stack), consequence, remedy)]
        )
    return _Check(Sources(stack), STACKS[stack]).settings()


def load_beside(model: type[Settings]) -> Settings:
    """The settings of a project in a folder below the platform's, from whose Pulumi.yaml it takes the keys they share.

    Raises SettingsError, with all problems at once, where a setting is refused.
    """
    borrowed = tuple(name for name in model.model_fields if name in Shared.model_fields)
    return _Check(Sources(pulumi.get_stack(), borrowed), model).settings()


def load_secrets(stack: str) -> Mapping[str, pulumi.Output[str]]:
    """The secrets of a stack by name; `load` has made sure that each that is needed is there and encrypted."""
    config, model = pulumi.Config(), STACKS[stack]
    given = {name: config.get_secret(name) for name in (*model.secrets, *model.optional_secrets)}
    if _simulated():
        given |= {name: pulumi.Output.secret(f"{stack}/{name}") for name in model.secrets if given[name] is None}
    return {name: value for name, value in given.items() if value is not None}


def _simulated() -> bool:
    return os.environ.get(SIMULATION) == "1"


class _Check(Generic[Settings]):
    """The checks of one stack's settings; none of them stops another, so that all problems are told at once."""

    def __init__(self, sources: Sources, model: type[Settings]) -> None:
        self.sources = sources
        self.model = model
        # Encrypted values are left out, since no message may show them.
        self.tree = {
            name: _value(model.model_fields[name].annotation, text)
            for key, text in sources.values.items()
            if (name := sources.name(key)) in model.model_fields and key not in sources.encrypted
        }

    def settings(self) -> Settings:
        needed = () if _simulated() else self.model.secrets
        problems = [*self._keys(), *self._missing(needed), *self._secrets(), *self._owners()]
        refused = {self.sources.name(problem.key) for problem in problems}
        settings = None
        try:
            settings = self.model.model_validate_json(json.dumps(sized(self.sources.stack, self.tree)))
        except ValidationError as failure:
            errors = failure.errors(include_url=False)
            problems += [self._invalid(error) for error in errors if error["loc"][0] not in refused]
        else:
            problems += self._missing(settings.needed_secrets())
        if not pulumi.runtime.is_dry_run() and not _simulated():
            problems += [*self._placeholders(settings), *self._secrets_provider()]
        if settings is None or problems:
            raise SettingsError(self.sources.stack, problems)
        return settings

    def _keys(self) -> Iterator[Problem]:
        """Keys that nothing reads."""
        known = [*self.model.model_fields, *self.model.secrets, *self.model.optional_secrets]
        for key, text in self.sources.values.items():
            namespace, _, name = key.partition(":")
            shown = SECRET if key in self.sources.encrypted else show_value(plain(text))
            if namespace == self.sources.project and name not in known:
                yield self._problem(key, shown, *unknown(name, known))
            elif namespace not in (self.sources.project, "pulumi"):
                instead = INSTEAD.get(namespace, "no component reads the keys of others")
                yield self._problem(
                    key,
                    shown,
                    f"it would do nothing: the program makes its providers itself, and {instead}",
                    f"`pulumi config rm {key} --stack {self.sources.stack}`",
                )

    def _missing(self, names: Iterable[str]) -> Iterator[Problem]:
        """Secrets that are needed and not there."""
        for name in names:
            key = self.sources.key(name)
            if key not in self.sources.values:
                yield self._problem(key, NO_VALUE, "what needs this secret cannot be planned", self._command(name))

    def _secrets(self) -> Iterator[Problem]:
        """Secrets in plain text, and settings that are encrypted."""
        for name in (*self.model.secrets, *self.model.optional_secrets):
            key = self.sources.key(name)
            if key in self.sources.values and key not in self.sources.encrypted:
                yield self._problem(
                    key,
                    SECRET,
                    "it is a secret in plain text, and whoever reads the repository reads it",
                    f"revoke it, then set a new one: {self._command(name)}",
                )
        for key in sorted(self.sources.encrypted):
            if self.sources.name(key) in self.model.model_fields:
                yield self._problem(
                    key,
                    SECRET,
                    "one encrypted part makes the whole key a secret, and settings are not read from secrets",
                    "write it in plain text; a secret is a top-level key of its own, declared in settings/stacks.py",
                )

    def _command(self, secret: str) -> str:
        return f"`pulumi config set --secret {secret} --stack {self.sources.stack}`"

    def _owners(self) -> Iterator[Problem]:
        """Keys of Pulumi.yaml whose value comes from elsewhere."""
        for name in Shared.model_fields:
            key = self.sources.key(name)
            if key in self.sources.in_stack_file:
                file = self.sources.stack_file
            elif name in self.tree and self.tree[name] != self.sources.in_project_file.get(key):
                file = "(an environment, or the file given with --config-file)"
            else:
                continue
            yield Problem(
                file,
                key,
                SECRET if key in self.sources.encrypted else show_value(self.tree.get(name)),
                f"it replaces the whole value in {PROJECT_FILE}, and the stacks would disagree",
                f"set it in {PROJECT_FILE} alone, with text in quotes",
            )

    def _invalid(self, error: ErrorDetails) -> Problem:
        """A value that the tree refuses."""
        consequence, remedy, path = explain(error, self.model)
        if error["type"] == "missing":
            shown = NO_VALUE
        elif error["loc"][-1] == "[key]":
            shown = show_value(error["input"])
        else:
            shown = show_value(_at(self.tree, path, otherwise=error["input"]))
        return self._problem(self.sources.key(str(path[0])), shown, consequence, remedy, path[1:])

    def _placeholders(self, settings: StackSettings | None) -> Iterator[Problem]:
        """Samples among the values, and in place of what nobody gave."""
        for path, value in placeholders(self.tree if settings is None else settings.used()):
            yield self._problem(
                self.sources.key(str(path[0])),
                show_value(value),
                "it is a sample, and an update would reach for what is not yours",
                "write your own",
                path[1:],
            )

    def _secrets_provider(self) -> Iterator[Problem]:
        """Another encryption than a failover can undo; the project that makes the key has none yet."""
        found = self.sources.secrets_provider
        if not self.sources.borrowed and not found.startswith(SECRETS_PROVIDER):
            yield Problem(
                self.sources.stack_file,
                "secretsprovider",
                show_value(found) if found else NO_VALUE,
                "a failover has Google Cloud alone, and could not decrypt the stack's secrets",
                f"`pulumi stack change-secrets-provider {SECRETS_PROVIDER}… --stack {self.sources.stack}`, with the "
                "key that bootstrap exports",
            )

    def _problem(self, key: str, shown: str, consequence: str, remedy: str, path: Path = ()) -> Problem:
        owned = self.sources.name(key) in Shared.model_fields
        file = PROJECT_FILE if owned else self.sources.file(key)
        return Problem(file, key + show_path(path), shown, consequence, remedy)


def _value(annotation: Any, text: str) -> Any:
    """A top-level value as data: its text, where text is expected, or what the text stands for."""
    if annotation is str or get_origin(annotation) is Literal:
        return text
    return BOOLEANS.get(text, text) if annotation is bool else plain(text)


def _at(tree: Any, path: Path, *, otherwise: Any) -> Any:
    """The value at a path as it was written, or `otherwise` if none was: a default is refused beside another value."""
    for part in path:
        try:
            tree = tree[part]
        except (KeyError, IndexError, TypeError):
            return otherwise
    return tree

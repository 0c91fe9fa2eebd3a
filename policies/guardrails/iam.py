"""IAM documents as rules read them: statements with their actions, resources, principals and conditions.

Grammar: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase


@dataclass(frozen=True)
class Statement:
    """One statement. Actions and condition keys are in lower case: IAM does not tell their cases apart."""

    index: int
    allows: bool
    actions: tuple[str, ...]
    everything_but_actions: bool
    """It names the actions that it does not cover (`NotAction`)."""

    resources: tuple[str, ...]
    principals: Mapping[str, tuple[str, ...]]
    """By kind (AWS, Service, Federated, CanonicalUser); `*` alone is everyone of kind AWS."""

    everyone_but_principals: bool
    conditions: tuple[tuple[str, str, tuple[str, ...]], ...]
    """Operator, key and values."""

    def allows_action(self, action: str) -> bool:
        """Whether it allows an action, such as `iam:passrole`, on some resource."""
        named = any(fnmatchcase(action.lower(), pattern) for pattern in self.actions)
        return self.allows and named != self.everything_but_actions

    @property
    def any_resource(self) -> bool:
        """Whether it covers every resource."""
        return "*" in self.resources

    @property
    def any_principal(self) -> bool:
        """Whether anyone at all may be the caller, conditions aside."""
        return self.everyone_but_principals or "*" in self.principals.get("AWS", ())

    def restricts(self, *keys: str) -> bool:
        """Whether a condition on one of the keys narrows it; `*` in a key stands for anything."""
        return any(self.condition_values(key) for key in keys)

    def condition_values(self, key: str) -> list[str]:
        """Values that conditions demand of a key.

        Negations, `IfExists` and a bare `*` demand nothing: they hold for callers that lack the key, or for everyone.
        """
        return [
            value
            for operator, found, values in self.conditions
            if fnmatchcase(found, key.lower()) and _narrows(operator) and not {"*", ""} & set(values)
            for value in values
        ]


def statements(document: str) -> list[Statement]:
    """The statements of a JSON document; an empty document has none. Raises ValueError for what is no document."""
    if not document:
        return []
    parsed = json.loads(document)
    if not isinstance(parsed, Mapping):
        raise ValueError("an IAM document must be a JSON object")
    found = parsed.get("Statement", [])
    return [_statement(index, entry) for index, entry in enumerate([found] if isinstance(found, Mapping) else found)]


def _statement(index: int, entry: Mapping[str, object]) -> Statement:
    principals = entry.get("Principal", entry.get("NotPrincipal", {}))
    by_kind = principals if isinstance(principals, Mapping) else {"AWS": principals}
    conditions = entry.get("Condition", {})
    return Statement(
        index=index,
        allows=entry.get("Effect") == "Allow",
        actions=tuple(action.lower() for action in _texts(entry.get("Action", entry.get("NotAction", [])))),
        everything_but_actions="NotAction" in entry,
        resources=("*",) if "NotResource" in entry else _texts(entry.get("Resource", [])),
        principals={str(kind): _texts(named) for kind, named in by_kind.items()},
        everyone_but_principals="NotPrincipal" in entry,
        conditions=tuple(
            (str(operator).lower(), str(key).lower(), _texts(values))
            for operator, by_key in (conditions.items() if isinstance(conditions, Mapping) else ())
            for key, values in by_key.items()
        ),
    )


def _texts(value: object) -> tuple[str, ...]:
    return tuple(str(each) for each in value) if isinstance(value, list) else (str(value),)


def _narrows(operator: str) -> bool:
    quantifier, _, comparison = operator.rpartition(":")
    return (
        quantifier != "forallvalues"
        and comparison.startswith(("string", "arn"))
        and "not" not in comparison
        and not comparison.endswith("ifexists")
    )

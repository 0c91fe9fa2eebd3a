"""What is wrong with a stack's settings, in words: each problem names its file, key, value, consequence and remedy."""

import json
import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any, get_args

import pulumi
from pydantic import BaseModel
from pydantic_core import ErrorDetails

from settings.types import Path, Refusal

NO_VALUE = "none"
SECRET = "[secret]"
SHOWN_CHARACTERS = 160


@dataclass(frozen=True, order=True)
class Problem:
    """One refused setting. `value` is what may be shown of it: never a secret."""

    file: str
    key: str
    value: str
    consequence: str
    remedy: str

    def __str__(self) -> str:
        return (
            f"{self.file}: {self.key}\n"
            f"  value:       {self.value}\n"
            f"  consequence: {self.consequence}\n"
            f"  remedy:      {self.remedy}"
        )


class SettingsError(pulumi.RunError):
    """All refused settings of a stack. The CLI prints it without a traceback, and no resource is registered."""

    def __init__(self, stack: str, problems: Iterable[Problem]) -> None:
        self.problems = tuple(sorted(problems))
        count = len(self.problems)
        settings = "1 setting" if count == 1 else f"{count} settings"
        blocks = "\n\n".join(map(str, self.problems))
        super().__init__(f"{settings} of stack {stack} refused, so nothing is planned:\n\n{blocks}\n")


# Consequence and remedy of pydantic's own errors, by type; braces are filled from the error's context.
TEXTS: Mapping[str, tuple[str, str]] = {
    "missing": ("it has no default, so nothing can be planned without it", "add the key"),
    "string_type": (
        "text is expected; unquoted, YAML takes versions, ids and times for other types and drops their zeros",
        'write it in quotes: "…"',
    ),
    "int_type": ("a whole number is expected", "write digits only, without quotes or a fraction"),
    "bool_type": ("true or false is expected", "write true or false, without quotes"),
    "literal_error": ("nothing else is offered", "write {expected}"),
    "model_type": ("a mapping of keys to values is expected", "write the keys below it, indented"),
    "mapping_type": ("a mapping of names to values is expected", "write the names below it, indented"),
    "tuple_type": ("a list is expected", "write the items in brackets, or below it after a hyphen each"),
    "too_short": ("at least {min_length} must be given", "add what is missing"),
    "too_long": ("at most {max_length} can be given", "remove some"),
}
OTHERWISE = ("{message}", "write a value that the schema named in the file's first line allows")


def explain(error: ErrorDetails, model: type[BaseModel]) -> tuple[str, str, Path]:
    """The consequence, the remedy and the path of one of pydantic's errors."""
    path: Path = tuple(part for part in error["loc"] if part != "[key]")
    context = error.get("ctx", {})
    refusal = context.get("error")
    if isinstance(refusal, Refusal):
        return refusal.consequence, refusal.remedy, path + refusal.at
    if error["type"] == "extra_forbidden":
        return *unknown(str(path[-1]), _keys_at(model, path[:-1])), path
    consequence, remedy = TEXTS.get(error["type"], OTHERWISE)
    words = {"message": error["msg"], **context}
    return consequence.format_map(words), remedy.format_map(words), path


def unknown(key: str, known: Collection[str]) -> tuple[str, str]:
    """The consequence and the remedy of a key that nothing reads."""
    near = get_close_matches(key, known, n=1)
    remedy = (
        f"did you mean {near[0]}? if not, remove it" if near else f"remove it; known are {', '.join(sorted(known))}"
    )
    return "nothing reads this key, so it would do nothing", remedy


def _keys_at(annotation: Any, path: Path) -> Collection[str]:
    """The keys that a model takes at a path through models, mappings and tuples."""
    for part in path:
        if isinstance(annotation, type) and issubclass(annotation, BaseModel):
            annotation = annotation.model_fields[str(part)].annotation
        else:
            annotation = get_args(annotation)[0 if isinstance(part, int) else 1]
    return annotation.model_fields


def show_path(path: Path) -> str:
    """A path below a key as the pulumi CLI writes it: `.zones[1]`, `["a.b"].partitions`."""
    return "".join(
        f".{part}" if isinstance(part, str) and re.fullmatch(r"[\w-]+", part) else f"[{json.dumps(part)}]"
        for part in path
    )


def show_value(value: object) -> str:
    """A value as JSON, shortened."""
    text = json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= SHOWN_CHARACTERS else f"{text[:SHOWN_CHARACTERS]}…"

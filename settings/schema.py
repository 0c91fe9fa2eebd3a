"""JSON schemas of Pulumi.yaml and of the stack files: `python -m settings.schema` writes them.

Each YAML file names its schema in its first line, so that editors complete, explain and check what is typed.
"""

import ast
import inspect
import json
import re
from collections.abc import Iterator, Mapping
from itertools import pairwise
from pathlib import Path as File
from typing import Any, get_args, get_origin

import yaml
from pydantic import create_model
from pydantic.fields import FieldInfo

from settings.bootstrap import Bootstrap
from settings.shared import Shared, StackSettings
from settings.sources import PROJECT_FILE
from settings.stacks import STACKS
from settings.types import FIXED, Model

ROOT = File(__file__).parent.parent
FOLDER = File("settings/schemas")

# The draft that editors' YAML servers know best.
DRAFT = "http://json-schema.org/draft-07/schema#"

ENCRYPTED = {
    "type": "object",
    "properties": {"secure": {"type": "string"}},
    "required": ["secure"],
    "additionalProperties": False,
}


def schemas() -> dict[File, dict[str, Any]]:
    """Every schema by its path, relative to the project's root."""
    project = yaml.safe_load((ROOT / PROJECT_FILE).read_text(encoding="utf-8"))["name"]
    written = {FOLDER / "Pulumi.schema.json": _project_schema()}
    for stack, model in STACKS.items():
        written[FOLDER / f"Pulumi.{stack}.schema.json"] = _stack_schema(project, stack, model)
    own = yaml.safe_load((ROOT / "bootstrap" / PROJECT_FILE).read_text(encoding="utf-8"))["name"]
    written[FOLDER / "Pulumi.bootstrap.schema.json"] = _stack_schema(own, "bootstrap", Bootstrap)
    return written


def text(schema: Mapping[str, Any]) -> str:
    """A schema as it stands in its file."""
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"


def main() -> None:
    """Write every schema."""
    for path, schema in schemas().items():
        (ROOT / path).parent.mkdir(exist_ok=True)
        (ROOT / path).write_text(text(schema), encoding="utf-8")
        print(path)


def _project_schema() -> dict[str, Any]:
    model = _tidy(_described(Shared.model_json_schema(), Shared))
    keys = {name: _declaration(name, schema) for name, schema in model["properties"].items()}
    return {
        "$schema": DRAFT,
        "title": PROJECT_FILE,
        "description": "The project, and the settings that all stacks must agree on.",
        "type": "object",
        "properties": {"config": _config(keys, required=model["required"])},
        "required": ["name", "runtime", "config"],
        "$defs": model["$defs"],
    }


def _stack_schema(project: str, stack: str, model: type[StackSettings]) -> dict[str, Any]:
    fields: dict[str, Any] = {
        name: (field.annotation, field) for name, field in model.model_fields.items() if name not in Shared.model_fields
    }
    own = create_model(model.__name__, __base__=Model, __doc__=model.__doc__, **fields)
    schema = _tidy(_described(own.model_json_schema(), model))
    known = {**model.secrets, **model.optional_secrets}
    secrets = {name: {"description": description, **ENCRYPTED} for name, description in known.items()}
    keys = {f"{project}:{name}": key for name, key in {**schema["properties"], **secrets}.items()}
    # Not the secrets: a file that only simulations read has none, and the loader asks for them before an update.
    required = [f"{project}:{name}" for name in schema.get("required", ())]
    return {
        "$schema": DRAFT,
        "title": f"Pulumi.{stack}.yaml",
        "description": schema["description"],
        "type": "object",
        "properties": {
            "config": _config(keys, required=required),
            "secretsprovider": {"type": "string", "description": "The key that encrypts the stack's secrets."},
            "encryptedkey": {"type": "string", "description": "The stack's data key, encrypted by that provider."},
            "encryptionsalt": {
                "type": "string",
                "description": "The salt of a passphrase, where that is the provider.",
            },
        },
        "additionalProperties": False,
        "$defs": schema.get("$defs", {}),
    }


def _config(keys: Mapping[str, Any], *, required: list[str]) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": dict(keys),
        "patternProperties": {"^pulumi:": {}},
        "required": required,
        "additionalProperties": False,
    }


def _declaration(name: str, schema: dict[str, Any]) -> dict[str, Any]:
    """A key of Pulumi.yaml: its type, as the pulumi CLI checks it, and its value."""
    annotation = Shared.model_fields[name].annotation
    kind = "string" if annotation is str else "array" if get_origin(annotation) is tuple else "object"
    properties: dict[str, Any] = {"type": {"const": kind}, "value": schema}
    if kind == "array":
        properties["items"] = {"type": "object"}
    return {
        "type": "object",
        "description": schema.get("description", ""),
        "properties": properties,
        "required": [key for key in ("type", "items", "value") if key in properties],
        "additionalProperties": False,
    }


def documented(model: type[Model]) -> dict[str, str]:
    """The strings that follow the annotated attributes of a settings class and of its bases, by attribute."""
    texts: dict[str, str] = {}
    for cls in reversed(model.__mro__):
        if not issubclass(cls, Model) or cls.__pydantic_generic_metadata__["origin"]:
            continue
        [definition] = ast.parse(inspect.getsource(cls)).body
        assert isinstance(definition, ast.ClassDef)
        for attribute, following in pairwise(definition.body):
            match attribute, following:
                case ast.AnnAssign(target=ast.Name(id=name)), ast.Expr(value=ast.Constant(value=str(text))):
                    texts[name] = inspect.cleandoc(text)
    return texts


def _described(schema: dict[str, Any], root: type[Model]) -> dict[str, Any]:
    """The schema with the docstrings of the models' attributes as descriptions.

    pydantic can read them itself, but at each import: every plan would pay for what only this needs.
    """
    models = {re.sub(r"\W", "_", model.__name__): model for model in _models(root)}
    definitions = [(models[name], part) for name, part in schema.get("$defs", {}).items() if name in models]
    for model, part in [(root, schema), *definitions]:
        texts = documented(model)
        part["properties"] = {
            name: {"description": texts[name] + _fixed(model.model_fields[name]), **field}
            for name, field in part["properties"].items()
        }
    return schema


def _fixed(field: FieldInfo) -> str:
    """What is said of a setting that cannot change, or of a mapping whose names cannot."""
    if FIXED in field.metadata:
        return f" It is {FIXED}."
    names = get_args(field.annotation)[:1] if get_origin(field.annotation) is Mapping else ()
    return f" The names are {FIXED}." if any(FIXED in get_args(name) for name in names) else ""


def _models(annotation: Any) -> Iterator[type[Model]]:
    """The models that an annotation names, and those that their fields name."""
    if isinstance(annotation, type) and issubclass(annotation, Model):
        yield annotation
        for field in annotation.model_fields.values():
            yield from _models(field.annotation)
    for argument in get_args(annotation):
        yield from _models(argument)


def _tidy(schema: Any) -> Any:
    """The schema without generated titles, and with mappings closed to names that their pattern refuses."""
    if isinstance(schema, list):
        return [_tidy(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    tidied = {}
    for key, value in schema.items():
        if key in ("properties", "$defs"):
            tidied[key] = {name: _tidy(part) for name, part in value.items()}
        elif key != "title":
            tidied[key] = value if key == "default" else _tidy(value)
    return tidied | {"additionalProperties": False} if "patternProperties" in tidied else tidied


if __name__ == "__main__":
    main()

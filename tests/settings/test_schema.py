"""The schemas that editors use are current, and agree with what the loader takes."""

import copy
import json
from collections.abc import Iterator
from pathlib import Path

import jsonschema
import pytest
import yaml
from jsonschema.protocols import Validator

from settings.schema import ROOT, documented, schemas, text
from settings.stacks import STACKS
from settings.types import Model

FILES = ["Pulumi.yaml", *(f"Pulumi.{stack}.yaml" for stack in STACKS), "bootstrap/Pulumi.bootstrap.yaml"]


def validator(name: str) -> Validator:
    schema = json.loads((ROOT / "settings/schemas" / Path(name).with_suffix(".schema.json").name).read_text())
    jsonschema.Draft7Validator.check_schema(schema)
    return jsonschema.Draft7Validator(schema)


def content(name: str) -> dict:
    return yaml.safe_load((ROOT / name).read_text())


def models(base: type[Model] = Model) -> Iterator[type[Model]]:
    """Every settings class that is written down; those that the schema composes are not."""
    for model in base.__subclasses__():
        if model.__module__ != "settings.schema":
            if not model.__pydantic_generic_metadata__["origin"]:
                yield model
            yield from models(model)


def test_are_current():
    for path, schema in schemas().items():
        assert (ROOT / path).read_text() == text(schema), "run `make schema` and commit what it writes"


def test_none_is_left_over():
    assert {path.name for path in (ROOT / "settings/schemas").iterdir()} == {path.name for path in schemas()}


@pytest.mark.parametrize("name", FILES)
def test_each_file_names_its_schema_and_passes_it(name):
    first, _ = (ROOT / name).read_text().split("\n", 1)
    schema = first.removeprefix("# yaml-language-server: $schema=")
    assert (ROOT / name).parent.joinpath(schema).resolve().relative_to(ROOT) in schemas()
    validator(name).validate(content(name))


@pytest.mark.parametrize(
    ("name", "path", "value"),
    [
        ("Pulumi.yaml", "domain/value", 1),
        ("Pulumi.yaml", "regions/value/aws", "us-west-9"),
        ("Pulumi.yaml", "accounts/value/aws", 111122223333),
        ("Pulumi.yaml", "tables/value/T", {"hash_key": "id", "attributes": {"id": "S"}}),
        ("Pulumi.yaml", "tables/type", "string"),
        ("Pulumi.yaml", "aws:region", {"value": "us-west-2"}),
        ("Pulumi.prod.yaml", "multicloud:domain", "example.com"),
        ("Pulumi.prod.yaml", "multicloud:network/zone", []),
        ("Pulumi.prod.yaml", "multicloud:network/flow_log_retention_days", 100),
        ("Pulumi.prod.yaml", "multicloud:database", {"backup_days": 3}),
        ("Pulumi.dr.yaml", "multicloud:mode", {"secure": "AAAA"}),
        ("Pulumi.interconnect.yaml", "multicloud:kind", "pigeon"),
    ],
)
def test_editors_flag_what_the_loader_refuses(name, path, value):
    broken = copy.deepcopy(content(name))
    tree = broken["config"]
    *parents, last = path.split("/")
    for parent in parents:
        tree = tree[parent]
    tree[last] = value
    with pytest.raises(jsonschema.ValidationError):
        validator(name).validate(broken)


@pytest.mark.parametrize("key", ["secretsprovider", "encryptedkey", "encryptionsalt"])
def test_what_the_cli_adds_to_a_stack_file_passes(key):
    validator("Pulumi.prod.yaml").validate({**content("Pulumi.prod.yaml"), key: "text"})


def test_every_setting_is_documented():
    undocumented = [
        f"{model.__name__}.{name}"
        for model in models()
        for name in model.model_fields.keys() - documented(model).keys()
    ]
    assert not undocumented
    assert all(model.__doc__ for model in models())

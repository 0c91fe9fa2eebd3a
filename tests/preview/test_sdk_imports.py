"""SDK modules that are imported with postponed annotations."""

import importlib.util
import os
import subprocess
import sys
from pathlib import Path

import pytest

from preview import sdk_imports

ROOT = Path(__file__).parents[2]
IMPORT = "from preview import sdk_imports; sdk_imports.postpone(); import pulumi_sample; print({})"
ANNOTATION = IMPORT.format("pulumi_sample.f.__annotations__['x']")


@pytest.fixture
def package(tmp_path):
    path = tmp_path / "pulumi_sample" / "__init__.py"
    path.parent.mkdir()
    path.write_text("from typing import Optional\ndef f(x: Optional[int]): ...\n")
    return path


def python(program, *paths, **environment):
    environment = {
        "PYTHONPATH": os.pathsep.join(map(str, (ROOT, *paths))),
        "PYTHONDONTWRITEBYTECODE": "",
        **environment,
    }
    command = [sys.executable, "-c", program]
    return subprocess.run(command, env=os.environ | environment, capture_output=True, text=True, check=True).stdout


def bytecode(module):
    return Path(importlib.util.cache_from_source(str(module), optimization=sdk_imports._BYTECODE))


def test_annotations_are_left_as_text_and_the_bytecode_is_kept_apart(package):
    first, second = (python(ANNOTATION, package.parents[1]) for _ in range(2))
    assert first == second == "Optional[int]\n"
    assert [path.name for path in package.parent.glob("__pycache__/*")] == [bytecode(package).name]
    plain = "import pulumi_sample; print(pulumi_sample.f.__annotations__['x'])"
    assert python(plain, package.parents[1]) == "typing.Optional[int]\n"


def test_a_changed_module_is_compiled_again(package):
    python(ANNOTATION, package.parents[1])
    package.write_text("def f(x: bytes): ...\n")
    assert python(ANNOTATION, package.parents[1]) == "bytes\n"


def test_dictionary_types_lose_their_fields_and_nothing_else(package):
    package.write_text("from typing import TypedDict\nclass A(TypedDict):\n    x: int\nclass B:\n    x: int = 1\n")
    program = "from typing import is_typeddict as t; from pulumi_sample import A, B; print(t(A), A(x=1), B.x)"
    setup = IMPORT.format("pulumi_sample.A.__annotations__, pulumi_sample.B.__annotations__")
    assert python(f"{setup}; {program}", package.parents[1]) == "{} {'x': 'int'}\nTrue {'x': 1} 1\n"


def test_where_no_bytecode_may_be_written_modules_are_imported_as_usual(package):
    found = python(ANNOTATION, package.parents[1], PYTHONDONTWRITEBYTECODE="1")
    assert found == "typing.Optional[int]\n"
    assert not bytecode(package).exists()


def test_packages_that_people_wrote_are_imported_as_usual(package):
    package.parent.rename(package.parents[1] / "pulumi_policy")
    program = ANNOTATION.replace("pulumi_sample", "pulumi_policy")
    assert python(program, package.parents[1]) == "typing.Optional[int]\n"


TYPES = """
import json
from pulumi import _types
from preview import sdk, sdk_imports
if {replaced}:
    sdk.tune()
    sdk_imports.postpone()
from pulumi_aws import dynamodb, kms
from pulumi_aws.dynamodb import outputs
found = [_types.resource_types(cls) for cls in (dynamodb.Table, kms.Key)]
results = [cls for cls in vars(outputs).values() if isinstance(cls, type) and _types.is_output_type(cls)]
found += [_types.output_type_types(cls) for cls in results]
found += [_types.input_type_types(cls) for cls in (dynamodb.TableArgs, dynamodb.TableReplicaArgs, kms.KeyArgs)]
print(json.dumps([{{key: str(kind) for key, kind in each.items()}} for each in found]))
"""


def test_pulumi_reads_the_same_types_of_an_sdk():
    ours, usual = (python(TYPES.format(replaced=replaced)) for replaced in (True, False))
    assert len(ours) > 1000
    assert ours == usual

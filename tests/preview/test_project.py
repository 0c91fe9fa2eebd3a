"""Configuration reaches a program as the CLI hands it out."""

import json
from pathlib import Path

import pytest

from preview.project import ProjectError, load

SCALARS = Path(__file__).parent / "scalars"
EXPECTED = json.loads((SCALARS / "expected.json").read_text("utf-8"))


@pytest.mark.parametrize("key", EXPECTED)
def test_a_value_is_read_as_the_cli_reads_it(key):
    assert load(SCALARS).config("dev")[key].text == EXPECTED[key]


def test_no_key_is_lost_or_added():
    assert list(load(SCALARS).config("dev")) == sorted(EXPECTED)


def test_encrypted_values_become_stand_ins_that_are_never_shown(sample):
    stack = """
        config:
          password: {secure: v1:cipher}
          database: {user: app, password: {secure: v1:cipher}, hosts: [{token: {secure: v1:cipher}}]}
    """
    config = sample.write("", stacks={"dev": stack}).config()
    assert (config["sample:password"].text, config["sample:password"].shown) == ("dev/sample:password", "[secret]")
    database = config["sample:database"]
    assert json.loads(database.text) == {
        "user": "app",
        "password": "dev/sample:database.password",
        "hosts": [{"token": "dev/sample:database.hosts[0].token"}],
    }
    assert json.loads(database.shown)["password"] == "[secret]"
    assert "dev/" not in database.shown
    assert database.secret


def test_a_stand_in_has_the_declared_type(sample):
    config = "config: {port: {type: integer, secret: true}, on: {type: boolean, secret: true}}"
    stack = "config: {port: {secure: v1:a}, on: {secure: v1:b}}"
    read = sample.write("", config, {"dev": stack}).config()
    assert (read["sample:port"].text, read["sample:on"].text) == ("1", "true")


def test_a_stack_value_replaces_the_projects_object_whole(sample):
    config = "config: {limits: {type: object, value: {cpu: 1, memory: 2}}}"
    assert sample.write("", config, {"dev": "config: {limits: {cpu: 3}}"}).config()["sample:limits"].text == '{"cpu":3}'


@pytest.mark.parametrize(
    ("config", "stack", "said"),
    [
        ("config: {size: {type: integer}}", "", "size"),
        ("config: {size: {type: integer}}", "config: {size: many}", "integer"),
        ("config: {key: {type: string, secret: true}}", "config: {key: plain}", "encrypted"),
        ("config: {key: {type: string, secret: true, value: plain}}", "", "encrypted"),
        ("config: {size: {default: 1, value: 2}}", "", "both `default` and `value`"),
        ("config: {aws:region: {default: us-west-2}}", "", "namespace"),
        ("config: {size: {typ: integer}}", "", "typ"),
        ("", "config: {a:b:c:d: 1}", "namespace:name"),
        ("", "config: {a: 1, a: 2}", "twice"),
        ("", "config: {a: .inf}", "finite"),
        ("", "config: {a: [}", "not valid YAML"),
        ("", "environment: [shared]", "ESC"),
    ],
)
def test_what_the_cli_refuses_is_refused_with_file_and_key(sample, config, stack, said):
    with pytest.raises(ProjectError, match=said) as refused:
        sample.write("", config, {"dev": stack}).config()
    assert "Pulumi." in str(refused.value)


def test_an_unknown_stack_is_refused_with_those_there_are(sample):
    with pytest.raises(ProjectError, match=r"no stack 'prd'.*stacks here: prod"):
        sample.write("", stacks={"prod": ""}).config("prd")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("name: sample\nruntime: go\n", "python"),
        ("runtime: python\n", "name"),
        ("name: sample\nruntime: python\nmain: nowhere\n", "nowhere"),
    ],
)
def test_a_project_that_cannot_run_is_refused(sample, content, said):
    with pytest.raises(ProjectError, match=said):
        sample.write("", files={"Pulumi.yaml": content}).config()


def test_stack_files_can_stand_in_a_folder_of_their_own(sample):
    manifest = "name: sample\nruntime: python\nstackConfigDir: stacks\n"
    sample.write("", stacks={}, files={"Pulumi.yaml": manifest, "stacks/Pulumi.blue.yaml": "config: {a: 1}"})
    assert sample.project.stacks() == ["blue"]
    assert sample.config("blue")["sample:a"].text == "1"

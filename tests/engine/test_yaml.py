"""The embedded preview reads Pulumi's YAML files as the CLI does: by the rules of Go's yaml.v3."""

from pathlib import Path

import pytest

pytestmark = pytest.mark.real

SCALARS = Path(__file__).with_name("scalars")
PLAIN = """
    0 7 007 012 0128 08 09.5 00 0o17 0O17 -0o17 0x1f 0X1F 0b101 0B11 1_000 0x_ff 1__0 _1 1_ +1 -1 +012 --1
    9223372036854775807 9223372036854775808 18446744073709551615 18446744073709551616 -9223372036854775808
    123456789012345678901234567890 012345678901
    1.30 1.0 1. .5 -.5 1e3 1E3 1e+3 1e-3 1.5e10 1e21 1e-7 12e03 1e400 0.1e1 1.2.3 1_0.5 0e0 -0 -0.0
    inf nan Infinity
    true True TRUE false False tRUE on On off yes Yes no n y Y N
    ~ null Null NULL nil None
    2026-01-01 2026-1-1 2026-01-01T10:00:00Z 2026-01-01t10:00:00.5+02:00 2026-13-01 20260101
    23:30 1:02:03 12:00:00 190:20:30
    << = a:b a#b #a us-west-2a 10.0.0.0/16 fd00::1 1.2.3.4 1.30.0 v1.30 +5 0x 0b 0o 1e e1 1k 50%
"""
QUOTED = """
    "on" 'yes' "1.30" '012' "" '' "a\\tb" "\\u00e9" 'it''s' "2026-01-01" "~"
    !!str 012 !!str true !!int "7" !!float 1 !!bool "true" !!binary aGk= !!null ""
"""
BLOCKS = {
    "folded": ">-\n      a\n      b\n",
    "literal": "|\n      a\n      b\n",
    "list": "[1, 012, on, 1.30, 2026-01-01, ~, [0x1f, {a: 1e3}]]",
    "object": "{b: 1, a: {on: yes, c: 0o17}}",
    "escaped": '{html: "<a href=x>&</a>", line: "\\u2028", accent: é}',
    "anchored": "&base {x: 1, y: 012}",
    "merged": "{<<: *base, y: 2}",
    "aliased": "*base",
    "empty-list": "[]",
    "empty-object": "{}",
}
ODD_KEYS = "{on: 1, 012: 2, 1.5: 3, true: 4, ~: 5, 2026-01-01: 6}"
NULLS = ("~", "null", "Null", "NULL", "#a", '!!null ""')
REFUSED = (".inf", "-.INF", ".nan", "[+.Inf]", "{a: .NaN}", "{a: 1, a: 2}", "[1", "*unknown", "{? [a] : b}")


def words(text: str) -> list[str]:
    """Split a table into scalars; a tag takes the word behind it along."""
    found: list[str] = []
    for word in text.split():
        if found and found[-1].startswith("!!") and " " not in found[-1]:
            found[-1] += f" {word}"
        else:
            found.append(word)
    return found


def configuration(values: dict[str, str]) -> str:
    return "config:\n" + "".join(f"  scalars:{key}: {value}\n" for key, value in values.items())


def declarations(values: dict[str, str]) -> str:
    return "config:\n" + "".join(f"  {key}:\n    value: {value}\n" for key, value in values.items())


def seen(document):
    """What the program got: its configuration, and the keys that are secret."""
    states = [step["newState"] for step in document["steps"]]
    inputs = next(state["inputs"] for state in states if state["type"] == "scalars:index:Seen")
    return {"plain": inputs["plain"], "secret": sorted(inputs["secret"])}


def differences(values, cli, embedded):
    """One line for each value that the engines read differently."""
    keys = sorted(cli.keys() | embedded.keys())
    return [
        f"{values[key.partition(':')[2]]!r}: CLI {cli.get(key)!r}, embedded {embedded.get(key)!r}"
        for key in keys
        if cli.get(key) != embedded.get(key)
    ]


@pytest.fixture(scope="module")
def project(copy):
    return copy(SCALARS, "main")


@pytest.fixture(scope="module")
def written(project):
    """The stack's file as the CLI made it, with the salt of its passphrase."""
    return (project.folder / "Pulumi.main.yaml").read_text()


@pytest.fixture
def write(project, written):
    def write(values):
        (project.folder / "Pulumi.main.yaml").write_text(written + configuration(values))

    return write


@pytest.fixture(scope="module")
def scalars():
    """Every scalar as a key's value, and again within an object and within a list."""
    found = {}
    for index, scalar in enumerate(words(PLAIN) + words(QUOTED)):
        found[f"alone-{index}"] = scalar
        found[f"object-{index}"] = f"\n      key: {scalar}"
        found[f"list-{index}"] = f"\n      - {scalar}"
    return found


class TestStackFile:
    def test_values_reach_the_program_as_under_the_cli(self, project, write, scalars):
        values = {**BLOCKS, "odd-keys": ODD_KEYS, **scalars}
        write(values)
        cli, (embedded,) = project.preview("main"), project.embedded("main")
        assert differences(values, seen(cli)["plain"], seen(embedded)["plain"]) == []
        assert embedded["config"] == cli["config"]

    @pytest.mark.parametrize("value", REFUSED)
    def test_what_the_cli_refuses_is_refused(self, project, write, value):
        write({"key": value})
        assert project.pulumi("preview", "--stack", "main", check=False).returncode != 0
        assert project.embedded("main", check=False) == []


class TestProjectFile:
    def test_values_reach_the_program_as_under_the_cli(self, copy, scalars):
        project = copy(SCALARS, "main")
        values = {key: value for key, value in (BLOCKS | scalars).items() if value not in NULLS}
        path = project.folder / "Pulumi.yaml"
        path.write_text(path.read_text() + declarations(values))
        cli, (embedded,) = project.preview("main"), project.embedded("main")
        assert differences(values, seen(cli)["plain"], seen(embedded)["plain"]) == []

    @pytest.mark.parametrize("value", [*REFUSED, ODD_KEYS, *NULLS])
    def test_what_the_cli_refuses_is_refused(self, project, value):
        path = project.folder / "Pulumi.yaml"
        original = path.read_text()
        path.write_text(original + declarations({"key": value}))
        refused = project.pulumi("preview", "--stack", "main", check=False).returncode != 0
        documents = project.embedded("main", check=False)
        path.write_text(original)
        assert (refused, documents) == (True, [])


class TestSecrets:
    def test_make_secret_the_keys_they_stand_in(self, project, write):
        write({"open": "shown", "mixed": "{open: shown}"})
        for key in ("alone", "mixed.secret", "list[0]"):
            project.pulumi("config", "set", "--stack", "main", "--secret", "--path", f"scalars:{key}", "hidden-value")
        cli, (embedded,) = project.preview("main"), project.embedded("main")
        assert seen(embedded) == seen(cli)
        assert seen(cli)["secret"] == ["scalars:alone", "scalars:list", "scalars:mixed"]
        assert embedded["config"] == cli["config"]

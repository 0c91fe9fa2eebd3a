"""`python -m preview` as a user runs it: several stacks, their documents, and what it prints."""

import os
import shutil
import subprocess

import pytest

from preview.values import UNKNOWN

TWO_STACKS = """
    import pulumi
    stack = pulumi.get_stack()
    if stack == "first":
        made = pulumi.Stash("made", input="x")
        password = pulumi.Config().require_secret("password")
        pulumi.export("id", made.id)
        pulumi.export("password", password)
    else:
        first = pulumi.StackReference("organization/sample/first")
        pulumi.Stash("reader", input={"id": first.require_output("id"), "pw": first.require_output("password")})
"""
STACKS = {"first": "config: {password: {secure: v1:cipher}}", "second": ""}
SECRET = "first/sample:password"


def test_a_stack_gets_the_outputs_of_another_one(sample):
    found = sample.write(TWO_STACKS, stacks=STACKS).graphs()
    assert list(found) == ["first", "second"]
    [reader] = found["second"].of_type("pulumi:index:Stash")
    known = sample.graphs("first", "--pass", "update")["first"].document["outputs"]["id"]
    assert reader.inputs == {"input": {"id": known, "pw": "[secret]"}}
    assert found["first"].document["outputs"] == {"id": UNKNOWN, "password": "[secret]"}


def test_a_stack_that_another_one_needs_is_run_but_not_shown(sample):
    assert list(sample.write(TWO_STACKS, stacks=STACKS).graphs("second")) == ["second"]


def test_no_secret_is_printed(sample):
    source = TWO_STACKS + '    print("said", pulumi.Config().get("password") or "")\n'
    source += '    if stack == "first": password.apply(lambda text: pulumi.log.warn(f"it is {text}"))\n'
    source += '    if stack == "first": raise ValueError(pulumi.Config().require("password"))\n'
    sample.write(source, stacks=STACKS)
    for arguments in ([], ["--json"], ["--json", "--pass", "update"], ["-v"]):
        done = sample.cli(*arguments)
        assert SECRET not in done.stdout + done.stderr
        assert "[secret]" in done.stdout


def test_a_document_is_the_same_bytes_each_time(sample):
    sample.write(TWO_STACKS, stacks=STACKS)
    for shown in ("preview", "update"):
        runs = {
            sample.cli("--json", "--pass", shown, env={**os.environ, "PYTHONHASHSEED": seed}).stdout for seed in "01"
        }
        assert len(runs) == 1


def test_standard_output_is_the_documents_alone(sample):
    source = "import os, sys, pulumi\nprint('printed'); os.write(1, b'written'); sys.stderr.write('error')\n"
    [graph] = sample.write(source).graphs().values()
    assert [message["message"] for message in graph.document["diagnostics"]] == ["printed", "error"]


def test_stacks_that_need_each_other_are_an_error_and_no_hang(sample):
    source = """
        import pulumi
        other = {"a": "b", "b": "a"}[pulumi.get_stack()]
        pulumi.export("x", pulumi.StackReference(f"organization/sample/{other}").get_output("x"))
    """
    done = sample.write(source, stacks={"a": "", "b": ""}).cli()
    assert done.returncode == 1
    assert "neither can be first" in done.stdout


@pytest.mark.parametrize("name", ["organization/sample/none", "organization/other/first"])
def test_a_reference_to_an_unknown_stack_is_an_error_with_those_there_are(sample, name):
    done = sample.write(f"import pulumi\npulumi.StackReference({name!r}).get_output('x')\n").cli()
    assert done.returncode == 1
    assert f'unknown stack "{name}"; this project has organization/sample/dev' in " ".join(done.stdout.split())


def test_a_stack_behind_a_failed_one_says_so(sample):
    done = sample.write(TWO_STACKS.replace('"made", input="x"', '"made", input=1 / 0'), stacks=STACKS).cli("second")
    assert done.returncode == 1
    assert "stack first has errors of its own" in " ".join(done.stdout.split())


def test_an_interpreter_that_dies_is_an_error(sample):
    done = sample.write("import os\nos._exit(9)\n").cli()
    assert done.returncode == 1
    assert "ended with code 9" in done.stdout


def test_a_wrong_project_is_told_on_one_line(sample, tmp_path):
    sample.folder = tmp_path / "empty"
    sample.folder.mkdir()
    done = sample.cli()
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("error: no Pulumi.yaml in ")


@pytest.mark.skipif(
    not shutil.which("unshare") or subprocess.run(["unshare", "-rn", "true"], check=False).returncode != 0,
    reason="needs `unshare -rn`",
)
def test_no_network_is_needed(sample):
    done = sample.write(TWO_STACKS, stacks=STACKS).cli("--json", wrapper=("unshare", "-rn"))
    assert (done.returncode, done.stderr) == (0, "")


def test_the_sdk_gives_the_same_graph_without_its_replaced_parts(sample):
    """The runs of this process use the SDK as it is; the command replaces its slow parts."""
    source = """
        import pulumi
        from pulumi import ResourceOptions as Options
        box = pulumi.ComponentResource("m:x:Box", "box", {"x": 1})
        a = pulumi.Stash("a", input=pulumi.Output.secret({"x": 1}), opts=Options(parent=box))
        b = pulumi.Stash("b", input=[a.id, a.output], opts=Options(depends_on=[box]))
        pulumi.export("all", pulumi.Output.all(a.id, b.output))
    """
    from preview.document import document

    expected = document(sample.write(source).preview(), None, [], [])
    assert sample.graphs()["dev"].document == expected


def test_the_documents_have_the_clis_fields(sample):
    source = "import pulumi\npulumi.Stash('a', input=1, opts=pulumi.ResourceOptions(protect=True))\n"
    graph = sample.write(source).graphs()["dev"]
    urn = "urn:pulumi:dev::sample::pulumi:index:Stash::a"
    provider = f"urn:pulumi:dev::sample::pulumi:providers:pulumi::default::{UNKNOWN}"
    assert graph.document["changeSummary"] == {"create": 2}
    assert graph.document["steps"][0] == {
        "op": "create",
        "urn": urn,
        "provider": provider,
        "newState": {
            "urn": urn,
            "custom": True,
            "type": "pulumi:index:Stash",
            "inputs": {"input": 1},
            "parent": "urn:pulumi:dev::sample::pulumi:pulumi:Stack::sample-dev",
            "protect": True,
            "provider": provider,
            "propertyDependencies": {"input": []},
            "sourcePosition": "project:///__main__.py#2",
        },
        "detailedDiff": None,
    }


def test_the_tree_sums_up_components_and_fits_80_columns(sample):
    source = """
        import pulumi
        from pulumi import ResourceOptions as Options
        net = pulumi.ComponentResource("m:aws:Network", "net", {})
        inner = pulumi.ComponentResource("m:aws:Part", "inner", {}, Options(parent=net))
        for number in range(3):
            pulumi.Stash(f"s{number}", input=1, opts=Options(parent=net if number else inner, protect=number == 0))
        print("long " * 40)
    """
    done = sample.write(source).cli()
    lines = done.stdout.splitlines()
    assert done.returncode == 0
    assert lines[0] == "dev  3 resources in 2 components, 1 protected"
    assert any("net  Network  3  1 protected" in line for line in lines)
    assert any("2 Stash" in line for line in lines)
    assert max(map(len, lines)) <= 80
    assert "\x1b" not in done.stdout
    assert "s1  Stash" in sample.cli("-v").stdout

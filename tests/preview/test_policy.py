"""The policy pack judges a run through the Analyzer protocol, and its verdict decides the exit status."""

import json

import pytest

from preview import policy
from preview.project import ProjectError

MANIFEST = "description: sample\nruntime: python\n"
PACK = """
    from pulumi_policy import (EnforcementLevel, PolicyConfigSchema, PolicyPack, ResourceValidationPolicy, Severity,
                               StackValidationPolicy)

    seen = []

    def size(args, report):
        seen.append(args.urn)
        if args.resource_type == "pulumi:index:Stash" and args.props["input"] == args.get_config()["forbidden"]:
            report("input is 13")

    def known(args, report):
        if args.resource_type == "pulumi:index:Stash":
            args.props["input"] == "x"

    def broken(args, report):
        if args.name == "break":
            raise KeyError("oops")

    def total(args, report):
        names = sorted(resource.resource_type for resource in args.resources)
        if names.count("pulumi:index:Stash") > 2:
            report(f"{len(names)} resources")

    config = PolicyConfigSchema(properties={"forbidden": {"type": "number", "default": 13}})
    mandatory, advisory = EnforcementLevel.MANDATORY, EnforcementLevel.ADVISORY
    PolicyPack("sample", enforcement_level=advisory, policies=[
        ResourceValidationPolicy("size", "Not thirteen.", size, mandatory, config, severity=Severity.HIGH),
        ResourceValidationPolicy("known", "Something.", known, mandatory),
        ResourceValidationPolicy("broken", "Breaks.", broken, mandatory),
        StackValidationPolicy("total", "Not too many.", total),
    ])
"""


@pytest.fixture
def pack(sample):
    """Write a program with the given inputs of its resources, and the pack beside it."""

    def write(source, code=PACK):
        files = {"pack/PulumiPolicy.yaml": MANIFEST, "pack/__main__.py": code}
        return sample.write("import pulumi\n" + source, files=files)

    return write


def judge(sample, run, **settings):
    return policy.judge(run, sample.project, sample.folder / "pack", settings)


def names(findings):
    return [(finding["policyName"], finding["urn"].rpartition("::")[2]) for finding in findings]


def test_violations_of_all_resources_are_gathered(pack):
    sample = pack("pulumi.Stash('a', input=13); pulumi.Stash('b', input=1); pulumi.Stash('c', input=13)")
    verdict = judge(sample, sample.update())
    assert names(verdict.violations) == [("size", "a"), ("size", "c"), ("total", "sample-dev")]
    first = verdict.violations[0]
    assert (first["enforcementLevel"], first["severity"], first["message"]) == (
        "mandatory",
        "high",
        "Not thirteen.\ninput is 13",
    )
    assert verdict.violations[2]["enforcementLevel"] == "advisory"


def test_a_rule_that_meets_an_unknown_value_is_counted_apart(pack):
    sample = pack("a = pulumi.Stash('a', input=1); pulumi.Stash('b', input=a.id)")
    assert names(judge(sample, sample.preview()).skips) == [("known", "b"), ("size", "b")]
    assert judge(sample, sample.update()).skips == []


def test_a_rule_that_throws_is_a_violation(pack):
    sample = pack("pulumi.Stash('break', input=1)")
    [found] = judge(sample, sample.update()).violations
    assert (found["policyName"], found["enforcementLevel"]) == ("broken", "mandatory")
    assert "KeyError: 'oops' at __main__.py:" in found["message"]


def test_settings_change_levels_and_properties(pack):
    sample = pack("pulumi.Stash('a', input=13); pulumi.Stash('b', input=5)")
    run = sample.update()
    assert judge(sample, run, size="disabled").violations == []
    assert judge(sample, run, all="disabled").violations == []
    assert judge(sample, run, size="advisory").violations[0]["enforcementLevel"] == "advisory"
    assert names(judge(sample, run, size={"forbidden": 5}).violations) == [("size", "b")]


@pytest.mark.parametrize("settings", [{"siz": "advisory"}, {"size": "sometimes"}])
def test_settings_that_name_nothing_are_refused(pack, settings):
    sample = pack("")
    with pytest.raises(ProjectError, match="policy configuration"):
        judge(sample, sample.update(), **settings)


def test_components_and_providers_are_judged_and_reads_are_not(pack):
    code = PACK.replace('    PolicyPack("sample"', '    import atexit\n    PolicyPack("sample"').replace(
        "seen.append(args.urn)", "report(args.resource_type) if args.resource_type != 'pulumi:index:Stash' else None"
    )
    source = """
pulumi.ComponentResource("m:x:Box", "box", {})
pulumi.StackReference("organization/sample/other")
"""
    sample = pack(source, code.replace('== args.get_config()["forbidden"]', "== 13"))
    verdict = judge(sample, sample.update(others={"organization/sample/other": {}}))
    judged = sorted(found["message"].partition("\n")[2] for found in verdict.violations)
    assert judged == ["m:x:Box", "pulumi:providers:pulumi", "pulumi:pulumi:Stack"]


@pytest.mark.parametrize(
    ("code", "said"),
    [("raise ValueError('no')", "ValueError: no at __main__.py:1"), ("x = 1", "builds no PolicyPack")],
)
def test_a_pack_that_does_not_load_is_refused(pack, code, said):
    sample = pack("", code)
    with pytest.raises(ProjectError, match=said):
        judge(sample, sample.update())


def test_a_folder_that_is_no_pack_is_refused_before_anything_runs(sample):
    done = sample.write("raise AssertionError").cli("--policy-pack", str(sample.folder))
    assert done.returncode == 1
    assert "no PulumiPolicy.yaml" in done.stderr


def test_a_mandatory_violation_fails_the_command_and_is_shown(pack):
    sample = pack("pulumi.Stash('a', input=13); print('x')")
    folder = str(sample.folder / "pack")
    done = sample.cli("--policy-pack", folder)
    assert done.returncode == 1
    text = " ".join(done.stdout.split())
    assert "high size input is 13" in text
    assert "✗ failed 1 stack, 2 to create, 0 errors, 1 violation" in text
    document = sample.graphs("--policy-pack", folder)["dev"].document
    assert names(document["policyViolations"]) == [("size", "a")]


def test_an_advisory_violation_does_not_fail_the_command(pack, tmp_path):
    sample = pack("pulumi.Stash('a', input=13)")
    settings = tmp_path / "settings.json"
    settings.write_text(json.dumps({"size": {"enforcementLevel": "advisory"}}))
    done = sample.cli("--policy-pack", str(sample.folder / "pack"), "--policy-pack-config", str(settings))
    assert done.returncode == 0
    assert "1 advisory finding" in done.stdout


def test_the_pass_to_judge_can_be_chosen(pack):
    sample = pack("a = pulumi.Stash('a', input=1); pulumi.Stash('b', input=a.id)")
    arguments = ("--policy-pack", str(sample.folder / "pack"), "--policy-pass", "preview")
    assert names(sample.graphs(*arguments)["dev"].document["policySkips"]) == [("known", "b"), ("size", "b")]


def test_a_partial_graph_is_not_judged(pack):
    sample = pack("pulumi.Stash('a', input=13)\nraise ValueError('no')")
    document = sample.graphs("--policy-pack", str(sample.folder / "pack"))["dev"].document
    assert "policyViolations" not in document


def test_no_secret_value_is_quoted_in_a_violation(pack):
    code = PACK.replace('report("input is 13")', 'report(str(args.props["input"]))').replace(
        'args.props["input"] == args.get_config()["forbidden"]', '"hush" in str(args.props["input"])'
    )
    sample = pack("pulumi.Stash('a', input=pulumi.Output.secret('hush-hush'))", code)
    done = sample.cli("--json", "--policy-pack", str(sample.folder / "pack"))
    assert "Not thirteen." in done.stdout
    assert "hush" not in done.stdout

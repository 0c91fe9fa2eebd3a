"""The engine's rules: what a program registers is what the CLI would register."""

import pytest

from preview.values import UNKNOWN, is_secret, unwrapped

STASH = "pulumi:index:Stash"
COMPONENT = """
    import pulumi
    from pulumi import ResourceOptions as Options, Stash

    class Box(pulumi.ComponentResource):
        def __init__(self, name, opts=None, **props):
            super().__init__("m:x:Box", name, props, opts)
"""


def urn(chain, name):
    return f"urn:pulumi:dev::sample::{chain}::{name}"


def one(run, name):
    [found] = [resource for resource in run.resources.values() if resource.name == name]
    return found


def said(run):
    return [message.message for message in run.diagnostics if message.severity == "error"]


def test_urns_chain_types_and_leave_the_stack_out(sample):
    source = (
        COMPONENT + '    box = Box("box"); Stash("s", input=1, opts=Options(parent=Box("inner", Options(parent=box))))'
    )
    run = sample.write(source).update()
    assert said(run) == []
    assert urn(f"m:x:Box$m:x:Box${STASH}", "s") in run.resources
    assert run.resources[urn("m:x:Box", "box")].parent == urn("pulumi:pulumi:Stack", "sample-dev")


def test_a_duplicate_urn_is_an_error_that_names_both_places(sample):
    run = sample.write("import pulumi\npulumi.Stash('a', input=1)\npulumi.Stash('a', input=2)\n").update()
    assert said(run) == [
        f"__main__.py:3: Duplicate resource URN '{urn(STASH, 'a')}'; try giving it a unique name "
        "(the first is at __main__.py:2)"
    ]


def test_an_unknown_parent_is_an_error(sample):
    source = COMPONENT + (
        '    box = Box("box")\n'
        '    box.__dict__["urn"] = pulumi.Output.from_input("urn:pulumi:dev::sample::m:x:Box::none")\n'
        '    Stash("s", input=1, opts=Options(parent=box))'
    )
    [message] = said(sample.write(source).update())
    assert message.startswith("could not find parent resource urn:pulumi:dev::sample::m:x:Box::none")


def test_computed_values_are_known_in_an_update_and_unknown_in_a_preview(sample):
    source = "import pulumi\na = pulumi.Stash('a', input=1)\npulumi.Stash('b', input={'id': a.id, 'deep': [a.id]})\n"
    sample.write(source)
    known = one(sample.update(), "b").inputs["input"]
    assert known["id"] == known["deep"][0] == one(sample.update(), "a").id != ""
    assert one(sample.preview(), "b").inputs["input"] == {"id": UNKNOWN, "deep": [UNKNOWN]}
    assert one(sample.preview(), "a").id == ""


def test_dependencies_are_recorded_by_property(sample):
    source = "import pulumi\na = pulumi.Stash('a', input=1)\npulumi.Stash('b', input=a.id)\n"
    source += "pulumi.Stash('c', input=1, opts=pulumi.ResourceOptions(depends_on=[a]))\n"
    run = sample.write(source).preview()
    assert one(run, "b").property_dependencies == {"input": [urn(STASH, "a")]}
    assert one(run, "b").dependencies == one(run, "c").dependencies == [urn(STASH, "a")]
    assert one(run, "c").property_dependencies == {"input": []}


def test_secrets_stay_secret_through_resources_and_outputs(sample):
    source = """
        import pulumi
        password = pulumi.Config().require_secret("password")
        a = pulumi.Stash("a", input={"text": pulumi.Output.concat("pw=", password)})
        pulumi.export("shown", a.output)
        pulumi.export("open", 1)
    """
    run = sample.write(source, stacks={"dev": "config: {password: {secure: v1:x}}"}).update()
    assert is_secret(one(run, "a").outputs["input"]["text"])
    assert is_secret(run.outputs["shown"])
    assert unwrapped(run.outputs["shown"]) == {"text": "pw=dev/sample:password"}
    assert run.outputs["open"] == 1
    assert "pw=dev/sample:password" in run.secrets()


def test_what_the_program_gives_in_clear_is_hidden_nowhere(sample):
    source = "import pulumi\noptions = pulumi.ResourceOptions(additional_secret_outputs=['output'])\n"
    source += "pulumi.Stash('a', input='public', opts=options)\n"
    run = sample.write(source).update()
    assert is_secret(one(run, "a").outputs["output"])
    assert "public" not in run.secrets()


def test_additional_secret_outputs_are_secret(sample):
    source = "import pulumi\na = pulumi.Stash('a', input=1, opts=pulumi.ResourceOptions("
    run = sample.write(source + "additional_secret_outputs=['output']))\npulumi.export('x', a.output)\n").update()
    assert is_secret(run.outputs["x"])


@pytest.mark.parametrize(
    ("option", "field", "value"),
    [
        ("protect=True", "protect", True),
        ("retain_on_delete=True", "retain_on_delete", True),
        ("deleted_with=other", "deleted_with", urn(STASH, "other")),
    ],
)
def test_options_that_children_inherit(sample, option, field, value):
    source = COMPONENT + (
        f'    other = Stash("other", input=1); box = Box("box", Options({option}))\n'
        '    Stash("child", input=1, opts=Options(parent=Box("inner", Options(parent=box))))'
    )
    assert getattr(one(sample.write(source).update(), "child"), field) == value


def test_aliases_resolve_to_former_urns(sample):
    source = COMPONENT + (
        '    box = Box("box", Options(aliases=[pulumi.Alias(name="crate")]))\n'
        "    top = pulumi.Alias(parent=pulumi.ROOT_STACK_RESOURCE)\n"
        '    Stash("box-s", input=1, opts=Options(parent=box, aliases=[top]))'
    )
    run = sample.write(source).update()
    assert one(run, "box").aliases == [urn("m:x:Box", "crate")]
    assert one(run, "box-s").aliases[0] == urn(STASH, "box-s")
    assert urn(f"m:x:Box${STASH}", "crate-s") in one(run, "box-s").aliases


def test_a_default_provider_is_refused_where_the_project_forbids_it(sample):
    run = sample.write("import pulumi_aws as aws\naws.sqs.Queue('q')\n").update()
    queue = urn("aws:sqs/queue:Queue", "q")
    assert said(run) == [
        f"__main__.py:2: Default provider for 'aws' disabled. '{queue}' must use an explicit provider."
    ]
    assert queue not in run.resources


def test_a_default_provider_takes_the_stacks_configuration_where_it_is_allowed(sample):
    source = "import pulumi_aws as aws\naws.sqs.Queue('q')\n"
    run = sample.write(source, config="", stacks={"dev": "config: {aws:region: eu-west-1}"}).preview()
    [provider] = [resource for resource in run.resources.values() if resource.is_default_provider]
    assert provider.name.startswith("default_")
    assert provider.inputs["region"] == "eu-west-1"
    assert one(run, "q").provider == f"{provider.urn}::{UNKNOWN}"


AWS = """
    import pulumi, pulumi_aws as aws
    from pulumi import ResourceOptions as Options
    provider = aws.Provider("p", region="us-west-2", allowed_account_ids=["111122223333"])
    options = Options(provider=provider)
"""


def test_a_component_hands_its_provider_down(sample):
    source = AWS + (
        '    box = pulumi.ComponentResource("m:x:Box", "box", {}, Options(providers=[provider]))\n'
        '    aws.sqs.Queue("q", opts=Options(parent=box))'
    )
    run = sample.write(source).update()
    assert said(run) == []
    assert one(run, "q").provider == f"{one(run, 'p').urn}::{one(run, 'p').id}"
    assert one(run, "p").inputs["version"]


def test_an_output_that_repeats_a_secret_input_is_secret(sample):
    source = (
        AWS
        + """
    queue = aws.sqs.Queue("q", name=pulumi.Output.secret("hush"), tags={"a": "b"}, opts=options)
    pulumi.export("name", queue.name)
    pulumi.export("tags", queue.tags)
    """
    )
    run = sample.write(source).update()
    assert is_secret(one(run, "q").outputs["name"])
    assert is_secret(run.outputs["name"])
    assert run.outputs["tags"] == {"a": "b"}


def test_fields_that_a_provider_fills_inside_an_object_are_unknown_in_a_preview(sample):
    source = (
        AWS
        + """
    cluster = aws.eks.Cluster("c", role_arn="arn:aws:iam::111122223333:role/r", opts=options,
                              vpc_config={"subnet_ids": ["subnet-1"]})
    pulumi.export("group", cluster.vpc_config.cluster_security_group_id)
    pulumi.export("subnets", cluster.vpc_config.subnet_ids)
    """
    )
    preview = sample.write(source).preview()
    assert preview.outputs == {"group": UNKNOWN, "subnets": ["subnet-1"]}
    assert sample.update().outputs["group"].startswith("sg-")


def test_nothing_is_known_behind_a_provider_whose_own_settings_are_unknown(sample):
    source = (
        AWS
        + """
    key = aws.ec2.KeyPair("k", public_key="ssh-ed25519 AAAA", opts=options)
    later = aws.Provider("later", region="us-west-2", access_key=key.key_pair_id)
    queue = aws.sqs.Queue("q", delay_seconds=5, opts=Options(provider=later))
    pulumi.export("delay", queue.delay_seconds)
    """
    )
    assert sample.write(source).preview().outputs == {"delay": UNKNOWN}
    assert sample.update().outputs == {"delay": 5}


def test_a_read_resource_is_external_and_known_even_in_a_preview(sample):
    source = AWS + (
        '    bucket = aws.s3.Bucket.get("b", "sample-bucket", opts=options)\n'
        '    pulumi.export("id", bucket.id); pulumi.export("arn", bucket.arn)'
    )
    run = sample.write(source).preview()
    assert said(run) == []
    assert one(run, "b").external
    assert run.outputs["id"] == "sample-bucket"
    assert run.outputs["arn"].startswith("arn:aws:s3:::")


def test_a_stack_reference_knows_the_others_outputs_and_which_are_secret(sample):
    source = """
        import pulumi
        other = pulumi.StackReference("organization/sample/other")
        pulumi.export("open", other.require_output("open"))
        pulumi.export("hidden", other.require_output("hidden"))
    """
    others = {
        "organization/sample/other": {
            "open": "o",
            "hidden": {"4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270", "value": "h"},
        }
    }
    run = sample.write(source).preview(others=others)
    assert said(run) == []
    assert run.outputs["open"] == "o"
    assert is_secret(run.outputs["hidden"])


def test_positions_are_those_of_the_program(sample):
    run = sample.write("import pulumi\n\npulumi.Stash('a', input=1)\n").update()
    assert one(run, "a").source_position == "project:///__main__.py#3"
    assert one(run, "sample-dev").source_position == ""


@pytest.mark.parametrize(
    ("source", "what"),
    [
        ("import pulumi_aws as aws\naws.get_caller_identity()", "aws:index/getCallerIdentity:getCallerIdentity"),
        ("import pulumi\npulumi.runtime.register_resource_transform(lambda args: None)", "transforms"),
        (
            "import pulumi\npulumi.ResourceHook('h', lambda args: None)\n"
            "pulumi.Stash('a', input=1, opts=pulumi.ResourceOptions(hooks=pulumi.ResourceHookBinding("
            "after_create=[lambda args: None])))",
            "resource hooks",
        ),
        (
            "import pulumi\npulumi.ComponentResource('awsx:ec2:Vpc', 'v', {}, pulumi.ResourceOptions(), True)",
            "the remote component awsx:ec2:Vpc",
        ),
    ],
)
def test_what_is_not_modelled_is_refused_by_name(sample, source, what):
    messages = said(sample.write(source).update())
    assert any(f"does not model {what}" in m or f"the provider function {what}" in m for m in messages), messages


def test_modules_of_the_project_start_afresh_in_each_run(sample):
    files = {"state.py": "seen = []\n"}
    source = "import pulumi, state\nstate.seen.append(1)\npulumi.export('seen', len(state.seen))\n"
    sample.write(source, files=files)
    assert [sample.update().outputs, sample.preview().outputs] == [{"seen": 1}, {"seen": 1}]


def test_the_program_runs_in_its_own_folder(sample):
    source = "import os, sys, pulumi\npulumi.export('at', [os.getcwd(), sys.path[0], open('data.txt').read()])\n"
    run = sample.write(source, files={"data.txt": "here"}).update()
    assert run.outputs == {"at": [str(sample.folder), str(sample.folder), "here"]}


def test_the_program_is_where_main_says(sample):
    manifest = "name: sample\nruntime: python\nmain: infra\n"
    files = {"Pulumi.yaml": manifest, "infra/__main__.py": "import pulumi\npulumi.export('x', 1)\n"}
    assert sample.write("raise AssertionError", files=files).update().outputs == {"x": 1}

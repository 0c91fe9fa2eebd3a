import enum
import importlib
import inspect
import json
import os
import re
import subprocess
import sys
import typing

import pulumi._types as sdk
import pytest
from pulumi.runtime.rpc import get_resource_module

from preview import shapes
from preview.outputs import generate, planned
from preview.values import UNKNOWN

# The SDKs' own classes of deprecated types warn when their module loads.
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning:pulumi_.*")

PROVIDER = {"region": "us-west-2", "allowedAccountIds": '["111122223333"]', "project": "sample-standby"}
CLUSTER = "aws:eks/cluster:Cluster"
LISTED = sorted(token for token in shapes.TEMPLATES if ":" in token)


def urn_of(token, name):
    return f"urn:pulumi:prod::multicloud::{token}::{name}"


def create(token, inputs=None, name="main", provider=PROVIDER):
    return generate(token, name, urn_of(token, name), inputs or {}, provider=provider)


def plan(token, inputs=None, name="main"):
    return planned(token, name, urn_of(token, name), inputs or {})


def sdk_class(token):
    package, module, _ = token.split(":")
    importlib.import_module(f"pulumi_{package}")
    info = vars(get_resource_module(package, module, ""))["mod_info"]
    return getattr(importlib.import_module(info["fqn"]), info["classes"][token])


def unwrapped(annotation):
    """An annotation without Optional, and the element's in place of a list's or a map's."""
    while not inspect.isclass(annotation) or typing.get_origin(annotation):
        annotation = next(arg for arg in reversed(typing.get_args(annotation)) if arg is not type(None))
    return annotation


def fields(annotation):
    return sdk.output_type_types(annotation) if sdk.is_output_type(annotation) else {}


def misfits(value, annotation, path):
    """Paths of the values that do not have their annotation's type."""
    origin, args = typing.get_origin(annotation), typing.get_args(annotation)
    if origin is typing.Literal:
        return [] if value in args else [path]
    if annotation is typing.Any:
        return []
    if origin in (typing.Union, type(int | str)):
        return [] if any(not misfits(value, arg, path) for arg in args) else [path]
    if origin is not None and issubclass(origin, typing.Mapping):
        return [m for key, item in value.items() for m in misfits(item, args[1], f"{path}.{key}")]
    if origin is not None:
        return [m for i, item in enumerate(value) for m in misfits(item, args[0], f"{path}[{i}]")]
    if sdk.is_output_type(annotation):
        if not isinstance(value, dict):
            return [path]
        known = fields(annotation)
        return [m for key, item in value.items() for m in misfits(item, known[key], f"{path}.{key}")]
    if issubclass(annotation, enum.Enum):
        return [] if value in {member.value for member in annotation} else [path]
    return [] if type(value) is annotation else [path]


class TestShapes:
    @pytest.mark.parametrize("token", LISTED)
    def test_names_only_types_and_paths_that_the_sdk_has(self, token):
        cls = sdk_class(token)
        for path, template in shapes.TEMPLATES[token].items():
            if path == "id" or template is None:
                continue
            known = sdk.resource_types(cls)
            for part in path.split("."):
                assert part in known, f"{token} has no {path}"
                known = fields(unwrapped(known[part]))

    @pytest.mark.parametrize("token", LISTED)
    def test_every_value_has_the_type_the_sdk_expects(self, token):
        known = sdk.resource_types(sdk_class(token))
        outputs = create(token).outputs
        assert [m for key, value in outputs.items() for m in misfits(value, known[key], key)] == []
        assert json.loads(json.dumps(outputs)) == outputs  # plain values, as they travel to the engine

    @pytest.mark.parametrize(
        ("token", "inputs", "expected"),
        [
            ("aws:ec2/vpc:Vpc", {}, r"arn:aws:ec2:us-west-2:111122223333:vpc/vpc-[0-9a-f]{17}"),
            (
                "aws:ec2transitgateway/transitGateway:TransitGateway",
                {},
                r"arn:aws:ec2:us-west-2:111122223333:transit-gateway/tgw-[0-9a-f]{17}",
            ),
            (
                "aws:kms/key:Key",
                {},
                r"arn:aws:kms:us-west-2:111122223333:key/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}",
            ),
            ("aws:iam/role:Role", {"name": "r", "path": "/ci/"}, r"arn:aws:iam::111122223333:role/ci/r"),
            ("aws:iam/policy:Policy", {"name": "p"}, r"arn:aws:iam::111122223333:policy/p"),
            (
                "aws:iam/openIdConnectProvider:OpenIdConnectProvider",
                {"url": "https://oidc.example.com/id/A"},
                r"arn:aws:iam::111122223333:oidc-provider/oidc\.example\.com/id/A",
            ),
            (
                "aws:msk/cluster:Cluster",
                {"clusterName": "events"},
                r"arn:aws:kafka:us-west-2:111122223333:cluster/events/[0-9a-f-]{36}-1",
            ),
            (
                "aws:secretsmanager/secret:Secret",
                {"name": "a/b"},
                r"arn:aws:secretsmanager:us-west-2:111122223333:secret:a/b-[0-9a-f]{6}",
            ),
            ("aws:s3/bucket:Bucket", {"bucket": "logs"}, r"arn:aws:s3:::logs"),
            (
                "aws:cloudwatch/logGroup:LogGroup",
                {"name": "/a"},
                r"arn:aws:logs:us-west-2:111122223333:log-group:/a",
            ),
            ("aws:rds/cluster:Cluster", {"region": "eu-west-1"}, r"arn:aws:rds:eu-west-1:111122223333:cluster:main-.+"),
            ("aws:kms/alias:Alias", {"region": "us-gov-west-1"}, r"arn:aws-us-gov:kms:us-gov-west-1:.+:alias/main-.+"),
            # Not listed by type: made by the name of the property.
            ("aws:sfn/stateMachine:StateMachine", {"name": "s"}, r"arn:aws:sfn:us-west-2:111122223333:stateMachine/s"),
        ],
    )
    def test_arns_name_partition_service_region_account_and_resource(self, token, inputs, expected):
        assert re.fullmatch(expected, create(token, inputs).outputs["arn"])

    @pytest.mark.parametrize(
        ("token", "inputs", "expected"),
        [
            ("aws:ec2/subnet:Subnet", {}, r"subnet-[0-9a-f]{17}"),
            ("aws:ec2/securityGroup:SecurityGroup", {"name": "a"}, r"sg-[0-9a-f]{17}"),
            ("aws:iam/role:Role", {"name": "r"}, r"r"),
            ("aws:eks/nodeGroup:NodeGroup", {"clusterName": "c", "nodeGroupName": "n"}, r"c:n"),
            ("aws:sns/topic:Topic", {"name": "t"}, r"arn:aws:sns:us-west-2:111122223333:t"),
            ("gcp:compute/network:Network", {"name": "n"}, r"projects/sample-standby/global/networks/n"),
            (
                "gcp:container/cluster:Cluster",
                {"name": "c", "location": "us-central1"},
                r"projects/sample-standby/locations/us-central1/clusters/c",
            ),
            ("kubernetes:core/v1:Namespace", {"metadata": {"name": "core"}}, r"core"),
            (
                "kubernetes:apps/v1:Deployment",
                {"metadata": {"name": "a", "namespace": "core"}},
                r"core/a",
            ),
            ("kubernetes:argoproj.io/v1alpha1:Application", {"metadata": {"name": "a"}}, r"default/a"),
        ],
    )
    def test_ids_have_the_form_that_the_cloud_gives_them(self, token, inputs, expected):
        assert re.fullmatch(expected, create(token, inputs).id)


class TestInputs:
    def test_win_over_what_would_be_computed(self):
        inputs = {"arn": "given", "vpcConfig": {"clusterSecurityGroupId": "sg-given", "subnetIds": ["subnet-1"]}}
        outputs = create(CLUSTER, inputs).outputs
        assert outputs["arn"] == "given"
        assert outputs["vpcConfig"]["clusterSecurityGroupId"] == "sg-given"
        assert outputs["vpcConfig"]["subnetIds"] == ["subnet-1"]

    def test_given_in_part_are_completed(self):
        outputs = create("aws:dynamodb/table:Table", {"name": "t", "replicas": [{"regionName": "eu-west-1"}]}).outputs
        assert outputs["replicas"][0]["arn"] == "arn:aws:dynamodb:eu-west-1:111122223333:table/t"

    def test_left_out_and_not_computed_stay_absent(self):
        assert not {"tags", "encryptionConfig", "enabledClusterLogTypes"} & create(CLUSTER).outputs.keys()

    def test_lists_of_objects_that_were_left_out_are_empty(self):
        outputs = create("aws:ec2/securityGroup:SecurityGroup").outputs
        assert (outputs["ingress"], outputs["egress"]) == ([], [])

    def test_are_not_changed(self):
        inputs = {"vpcConfig": {"subnetIds": ["subnet-1"]}}
        create(CLUSTER, inputs)
        plan(CLUSTER, inputs)
        assert inputs == {"vpcConfig": {"subnetIds": ["subnet-1"]}}

    def test_whole_numbers_read_alike_as_int_and_float(self):
        token = "aws:rds/instance:Instance"
        assert create(token, {"port": 5433.0}).outputs["endpoint"] == create(token, {"port": 5433}).outputs["endpoint"]


class TestNames:
    def test_left_out_are_made_from_the_logical_name(self):
        assert re.fullmatch(r"main-[0-9a-f]{7}", create("aws:iam/role:Role").outputs["name"])
        assert re.fullmatch(r"main-[0-9a-f]{7}", create("aws:rds/cluster:Cluster").outputs["clusterIdentifier"])
        assert re.fullmatch(r"main-[0-9a-f]{7}", create("kubernetes:core/v1:Secret").outputs["metadata"]["name"])

    def test_with_a_prefix_take_that(self):
        assert re.fullmatch(r"ci-[0-9a-f]{7}", create("aws:iam/role:Role", {"namePrefix": "ci-"}).outputs["name"])

    def test_are_known_in_a_preview_unless_the_cloud_completes_them(self):
        assert plan("aws:iam/role:Role")["name"] == create("aws:iam/role:Role").outputs["name"]
        assert plan("aws:iam/role:Role", {"namePrefix": "ci-"})["name"] == UNKNOWN


class TestComputed:
    def test_nested_values_that_programs_read_are_there(self):
        cluster = create(CLUSTER, {"vpcConfig": {"subnetIds": []}}).outputs
        assert cluster["identities"][0]["oidcs"][0]["issuer"].startswith("https://oidc.eks.us-west-2.")
        assert cluster["vpcConfig"]["clusterSecurityGroupId"].startswith("sg-")
        database = create("aws:rds/cluster:Cluster", {"manageMasterUserPassword": True}).outputs
        assert database["masterUserSecrets"][0]["secretArn"].startswith("arn:aws:secretsmanager:us-west-2:")

    def test_are_all_unknown_in_a_preview(self):
        outputs = plan(CLUSTER, {"name": "c", "vpcConfig": {"subnetIds": ["subnet-1"]}})
        assert outputs.pop("name") == "c"
        assert outputs.pop("vpcConfig") == {
            "subnetIds": ["subnet-1"],
            "clusterSecurityGroupId": UNKNOWN,
            "vpcId": UNKNOWN,
        }
        assert set(outputs.values()) == {UNKNOWN}
        assert outputs.keys() | {"name", "vpcConfig"} == create(CLUSTER, {"vpcConfig": {}}).outputs.keys()

    def test_tags_include_the_defaults_of_the_provider(self):
        provider = {**PROVIDER, "defaultTags": '{"tags": {"owner": "all", "service": "x"}}'}
        outputs = create("aws:ec2/vpc:Vpc", {"tags": {"owner": "mine"}}, provider=provider).outputs
        assert outputs["tagsAll"] == {"owner": "mine", "service": "x"}

    def test_a_type_that_no_sdk_knows_returns_its_inputs(self):
        assert create("random:index/randomId:RandomId", {"byteLength": 4}).outputs == {"byteLength": 4}


ONE_A_PROJECT = {"gcp:binaryauthorization/policy:Policy"}
"""What a project has but one of, whatever its logical name."""


class TestIdentity:
    def test_differs_between_urns(self):
        for token in LISTED:
            if token in ONE_A_PROJECT:
                continue
            assert create(token, name="one").id != create(token, name="two").id, token

    def test_differs_between_properties(self):
        vpc = create("aws:ec2/vpc:Vpc").outputs
        groups = [vpc[key] for key in ("arn", "mainRouteTableId", "defaultRouteTableId", "defaultSecurityGroupId")]
        assert len(set(groups)) == len(groups)

    def test_is_the_same_in_every_process(self):
        program = (
            "import json; from preview.outputs import generate;"
            f"print(json.dumps(generate({CLUSTER!r}, 'main', {urn_of(CLUSTER, 'main')!r}, {{}}).outputs))"
        )
        answers = {
            subprocess.run(
                [sys.executable, "-c", program],
                env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": os.getcwd()},
                capture_output=True,
                check=True,
                text=True,
            ).stdout
            for seed in ("0", "1")
        }
        assert len(answers) == 1
        assert json.loads(answers.pop()) == create(CLUSTER, provider={}).outputs

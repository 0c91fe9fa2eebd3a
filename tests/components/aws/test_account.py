"""The account: everything is recorded, everything is watched, and what somebody makes by hand is safe."""

import json
from collections.abc import Callable

import pytest

from components.aws.recorder import RULES
from preview.graph import Graph, Node

BASELINE = """
from components.aws.account import AccountBaseline
from components.aws.bucket import Bucket
from settings.security import SecuritySettings

key = "arn:aws:kms:us-west-2:111122223333:key/1"
AccountBaseline(
    "account",
    scope,
    SecuritySettings(external=EXTERNAL),
    prefix="platform-test",
    audit_key_arn=key,
    log_key_arn=key,
    volumes_key_arn=key,
    access_logs=Bucket("records", scope, data_class="internal", key_arn=None, noncurrent_days=90, opts=opts),
    opts=opts,
)
"""


def only(graph: Graph, token: str) -> Node:
    [found] = graph.of_type(token)
    return found


def key_arn(prod: Graph, name: str) -> str:
    [key] = [key for key in prod.of_type("aws:kms/key:Key") if key.name == f"keys-{name}"]
    return key.outputs["arn"]


@pytest.fixture
def trail(prod: Graph) -> Node:
    return only(prod, "aws:cloudtrail/trail:Trail")


@pytest.fixture
def bucket(prod: Graph) -> Node:
    [bucket] = [bucket for bucket in prod.of_type("aws:s3/bucket:Bucket") if bucket.name == "account-audit-bucket"]
    return bucket


class TestAuditTrail:
    def test_it_covers_every_region_and_proves_its_files(self, prod: Graph, trail: Node) -> None:
        assert trail.inputs["isMultiRegionTrail"] is True
        assert trail.inputs["includeGlobalServiceEvents"] is True
        assert trail.inputs["enableLogFileValidation"] is True
        assert trail.inputs["kmsKeyId"] == key_arn(prod, "audit")

    def test_it_records_management_events_and_the_stores_data_events_but_not_its_own_files(
        self, trail: Node, bucket: Node
    ) -> None:
        selected = [
            {field["field"]: {k: v for k, v in field.items() if k != "field"} for field in selector["fieldSelectors"]}
            for selector in trail.inputs["advancedEventSelectors"]
        ]
        data = {"equals": ["Data"]}
        assert selected == [
            {"eventCategory": {"equals": ["Management"]}},
            {"eventCategory": data, "resources.type": {"equals": ["AWS::DynamoDB::Table"]}},
            {
                "eventCategory": data,
                "resources.type": {"equals": ["AWS::S3::Object"]},
                "resources.ARN": {"notStartsWiths": [f"{bucket.outputs['arn']}/"]},
            },
        ]
        assert {found["insightType"] for found in trail.inputs["insightSelectors"]} == {
            "ApiCallRateInsight",
            "ApiErrorRateInsight",
        }

    def test_its_copy_can_be_searched_and_nothing_else_be_written_by_its_role(self, prod: Graph, trail: Node) -> None:
        [log] = [
            group
            for group in prod.of_type("aws:cloudwatch/logGroup:LogGroup")
            if group.name.startswith("account-trail")
        ]
        assert trail.inputs["cloudWatchLogsGroupArn"] == f"{log.outputs['arn']}:*"
        [policy] = [
            node for node in prod.of_type("aws:iam/rolePolicy:RolePolicy") if node.name.startswith("account-trail")
        ]
        [statement] = json.loads(policy.inputs["policy"])["Statement"]
        assert statement["Resource"].startswith(log.outputs["arn"])

    def test_only_this_trail_may_write_to_the_bucket_and_only_by_tls(
        self, prod: Graph, trail: Node, bucket: Node
    ) -> None:
        [policy] = [
            node
            for node in prod.of_type("aws:s3/bucketPolicy:BucketPolicy")
            if node.inputs["bucket"] == bucket.state["id"]
        ]
        statements = {found["Sid"]: found for found in json.loads(policy.inputs["policy"])["Statement"]}
        assert {sid for sid, found in statements.items() if found["Effect"] == "Allow"} == {"TrailCheck", "TrailWrite"}
        for sid in ("TrailCheck", "TrailWrite"):
            assert statements[sid]["Principal"] == {"Service": "cloudtrail.amazonaws.com"}
            assert statements[sid]["Condition"]["StringEquals"]["aws:SourceArn"] == (
                f"arn:aws:cloudtrail:us-west-2:111122223333:trail/{trail.inputs['name']}"
            )
        assert policy.urn in trail.state["dependencies"]


class TestBucket:
    @pytest.fixture
    def parts(self, prod: Graph, bucket: Node) -> dict[str, Node]:
        """What the bucket is made of, by the last part of its type."""
        return {
            node.type.rsplit(":", 1)[1]: node
            for node in prod.nodes.values()
            if node.inputs.get("bucket") == bucket.state["id"]
        }

    def test_it_keeps_every_version_for_years_under_the_audit_key(
        self, prod: Graph, bucket: Node, parts: dict[str, Node]
    ) -> None:
        [rule] = parts["BucketServerSideEncryptionConfiguration"].inputs["rules"]
        assert rule["applyServerSideEncryptionByDefault"]["kmsMasterKeyId"] == key_arn(prod, "audit")
        assert parts["BucketVersioning"].inputs["versioningConfiguration"]["status"] == "Enabled"
        [expiry] = [
            rule["expiration"]
            for rule in parts["BucketLifecycleConfiguration"].inputs["rules"]
            if rule["id"] == "expire"
        ]
        assert expiry["days"] >= 365
        assert bucket.inputs["forceDestroy"] is False

    def test_it_is_closed_to_the_public(self, parts: dict[str, Node]) -> None:
        block = parts["BucketPublicAccessBlock"].inputs
        assert [value for name, value in block.items() if "ublic" in name] == [True] * 4
        assert parts["BucketOwnershipControls"].inputs["rule"]["objectOwnership"] == "BucketOwnerEnforced"


class TestRecorder:
    def test_it_records_everything_and_runs_once_it_can_deliver(self, prod: Graph) -> None:
        recorder = only(prod, "aws:cfg/recorder:Recorder")
        assert recorder.inputs["recordingGroup"] == {"allSupported": True, "includeGlobalResourceTypes": True}
        channel = only(prod, "aws:cfg/deliveryChannel:DeliveryChannel")
        assert channel.inputs["s3KmsKeyArn"] == key_arn(prod, "audit")
        assert recorder.urn in channel.state["dependencies"]
        status = only(prod, "aws:cfg/recorderStatus:RecorderStatus")
        assert status.inputs["isEnabled"] is True
        assert channel.urn in status.state["dependencies"]
        assert status.urn in only(prod, "aws:cfg/conformancePack:ConformancePack").state["dependencies"]

    def test_its_pack_is_a_template_with_each_rule_once(self, prod: Graph) -> None:
        body = only(prod, "aws:cfg/conformancePack:ConformancePack").inputs["templateBody"]
        assert len(body) <= 51_200
        resources = json.loads(body)["Resources"].values()
        assert {found["Type"] for found in resources} == {"AWS::Config::ConfigRule"}
        identifiers = [found["Properties"]["Source"]["SourceIdentifier"] for found in resources]
        assert sorted(identifiers) == sorted(RULES.values())
        assert len(identifiers) == len(set(identifiers)) >= 20


class TestDetection:
    def test_guardduty_watches_clusters_databases_objects_disks_and_processes(self, prod: Graph) -> None:
        detector = only(prod, "aws:guardduty/detector:Detector")
        assert detector.inputs["enable"] is True
        features = {
            node.inputs["name"]: node.inputs for node in prod.of_type("aws:guardduty/detectorFeature:DetectorFeature")
        }
        assert features.keys() == {
            "S3_DATA_EVENTS",
            "EKS_AUDIT_LOGS",
            "EBS_MALWARE_PROTECTION",
            "RDS_LOGIN_EVENTS",
            "LAMBDA_NETWORK_LOGS",
            "RUNTIME_MONITORING",
        }
        assert {found["status"] for found in features.values()} == {"ENABLED"}
        agents = features["RUNTIME_MONITORING"]["additionalConfigurations"]
        assert {"name": "EKS_ADDON_MANAGEMENT", "status": "ENABLED"} in agents

    def test_security_hub_checks_the_standards_of_this_region(self, prod: Graph) -> None:
        hub = only(prod, "aws:securityhub/account:Account")
        standards = prod.of_type("aws:securityhub/standardsSubscription:StandardsSubscription")
        assert {node.inputs["standardsArn"] for node in standards} == {
            "arn:aws:securityhub:us-west-2::standards/aws-foundational-security-best-practices/v/1.0.0",
            "arn:aws:securityhub:us-west-2::standards/cis-aws-foundations-benchmark/v/3.0.0",
        }
        assert all(hub.urn in node.state["dependencies"] for node in standards)

    def test_macie_reads_the_buckets_of_sensitive_data_but_not_the_audit_trail(self, prod: Graph, bucket: Node) -> None:
        assert only(prod, "aws:macie2/account:Account").inputs["status"] == "ENABLED"
        job = only(prod, "aws:macie2/classificationJob:ClassificationJob").inputs
        criteria = job["s3JobDefinition"]["bucketCriteria"]
        [included], [excluded] = criteria["includes"]["ands"], criteria["excludes"]["ands"]
        assert [tag["value"] for tag in included["tagCriterion"]["tagValues"]] == ["confidential", "restricted"]
        [records] = excluded["tagCriterion"]["tagValues"]
        assert bucket.inputs["tags"][records["key"]] == records["value"]
        assert job["scheduleFrequency"]

    def test_inspector_scans_machines_images_and_functions(self, prod: Graph) -> None:
        assert set(only(prod, "aws:inspector2/enabler:Enabler").inputs["resourceTypes"]) == {"EC2", "ECR", "LAMBDA"}

    def test_access_from_outside_and_access_that_nobody_uses_are_found(self, prod: Graph) -> None:
        analyzers = {node.inputs["type"]: node.inputs for node in prod.of_type("aws:accessanalyzer/analyzer:Analyzer")}
        assert analyzers.keys() == {"ACCOUNT", "ACCOUNT_UNUSED_ACCESS"}
        assert analyzers["ACCOUNT_UNUSED_ACCESS"]["configuration"] == {"unusedAccess": {"unusedAccessAge": 90}}


class TestDefaults:
    def test_nothing_made_by_hand_is_public_or_plain(self, prod: Graph) -> None:
        block = only(prod, "aws:s3/accountPublicAccessBlock:AccountPublicAccessBlock").inputs
        assert [value for name, value in block.items() if "ublic" in name] == [True] * 4
        assert only(prod, "aws:ebs/encryptionByDefault:EncryptionByDefault").inputs["enabled"] is True
        assert only(prod, "aws:ebs/defaultKmsKey:DefaultKmsKey").inputs["keyArn"] == key_arn(prod, "volumes")
        snapshots = only(prod, "aws:ebs/snapshotBlockPublicAccess:SnapshotBlockPublicAccess")
        assert snapshots.inputs["state"] == "block-all-sharing"
        images = only(prod, "aws:ec2/imageBlockPublicAccess:ImageBlockPublicAccess")
        assert images.inputs["state"] == "block-new-sharing"

    def test_instances_ask_for_tokens_and_have_no_serial_console(self, prod: Graph) -> None:
        metadata = only(prod, "aws:ec2/instanceMetadataDefaults:InstanceMetadataDefaults").inputs
        assert metadata["httpTokens"] == "required"
        assert metadata["httpPutResponseHopLimit"] == 1
        assert only(prod, "aws:ec2/serialConsoleAccess:SerialConsoleAccess").inputs["enabled"] is False

    def test_passwords_are_long_and_new(self, prod: Graph) -> None:
        policy = only(prod, "aws:iam/accountPasswordPolicy:AccountPasswordPolicy").inputs
        assert policy["minimumPasswordLength"] >= 14
        assert policy["passwordReusePrevention"] == 24


class TestOrganisation:
    @pytest.mark.parametrize(
        ("service", "tokens"),
        [
            ("access-analyzer", ["accessanalyzer/analyzer:Analyzer"]),
            (
                "account-settings",
                ["iam/accountPasswordPolicy:AccountPasswordPolicy", "ebs/defaultKmsKey:DefaultKmsKey"],
            ),
            ("cloudtrail", ["cloudtrail/trail:Trail"]),
            ("config", ["cfg/recorder:Recorder", "cfg/conformancePack:ConformancePack"]),
            ("guardduty", ["guardduty/detector:Detector"]),
            ("inspector", ["inspector2/enabler:Enabler"]),
            ("macie", ["macie2/account:Account", "macie2/classificationJob:ClassificationJob"]),
            ("security-hub", ["securityhub/account:Account"]),
        ],
    )
    def test_what_it_runs_is_left_to_it_and_nothing_else_is(
        self, service: str, tokens: list[str], sample: Callable[[str], Graph]
    ) -> None:
        graph = sample(BASELINE.replace("EXTERNAL", f"({service!r},)"))
        assert not graph.of_type(*(f"aws:{token}" for token in tokens))
        others = "aws:macie2/account:Account" if service == "guardduty" else "aws:guardduty/detector:Detector"
        assert graph.of_type(others)

    def test_without_trail_and_recorder_there_is_no_bucket(self, sample: Callable[[str], Graph]) -> None:
        graph = sample(BASELINE.replace("EXTERNAL", "('cloudtrail', 'config')"))
        assert [node.name for node in graph.of_type("aws:s3/bucket:Bucket")] == ["records-bucket"]

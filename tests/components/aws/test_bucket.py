"""Buckets: private, versioned, encrypted with one key, and written to by named services alone."""

import json
from typing import Any

import pytest

from preview.graph import Graph, Node

BUCKET = "aws:s3/bucket:Bucket"


def part(prod: Graph, kind: str, bucket: Node) -> Node:
    """The one resource of a kind that belongs to a bucket."""
    token = f"aws:s3/{kind[0].lower()}{kind[1:]}:{kind}"
    [found] = [node for node in prod.of_type(token) if node.inputs["bucket"] == bucket.state["id"]]
    return found


def named(prod: Graph, name: str) -> Node:
    [bucket] = [bucket for bucket in prod.of_type(BUCKET) if bucket.name == f"{name}-bucket"]
    return bucket


def statements(prod: Graph, bucket: Node) -> dict[str, dict[str, Any]]:
    policy = part(prod, "BucketPolicy", bucket)
    return {found["Sid"]: found for found in json.loads(policy.inputs["policy"])["Statement"]}


@pytest.fixture
def buckets(prod: Graph) -> list[Node]:
    return prod.of_type(BUCKET)


class TestEveryBucket:
    def test_is_private_whatever_a_policy_says(self, prod: Graph, buckets: list[Node]) -> None:
        for bucket in buckets:
            block = part(prod, "BucketPublicAccessBlock", bucket)
            for switch in ("blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets"):
                assert block.inputs[switch] is True
            ownership = part(prod, "BucketOwnershipControls", bucket)
            assert ownership.inputs["rule"] == {"objectOwnership": "BucketOwnerEnforced"}

    def test_refuses_requests_below_tls_1_2(self, prod: Graph, buckets: list[Node]) -> None:
        for bucket in buckets:
            found = statements(prod, bucket)
            for sid, condition in {
                "Tls": {"Bool": {"aws:SecureTransport": "false"}},
                "Tls12": {"NumericLessThan": {"s3:TlsVersion": "1.2"}},
            }.items():
                assert found[sid]["Effect"] == "Deny"
                assert found[sid]["Principal"] == "*"
                assert found[sid]["Action"] == ["s3:*"]
                assert found[sid]["Condition"] == condition
                assert set(found[sid]["Resource"]) == {bucket.outputs["arn"], f"{bucket.outputs['arn']}/*"}

    def test_keeps_versions_and_tidies_them(self, prod: Graph, buckets: list[Node]) -> None:
        for bucket in buckets:
            assert part(prod, "BucketVersioning", bucket).inputs["versioningConfiguration"] == {"status": "Enabled"}
            rules = {rule["id"]: rule for rule in part(prod, "BucketLifecycleConfiguration", bucket).inputs["rules"]}
            assert rules["tidy"]["abortIncompleteMultipartUpload"] == {"daysAfterInitiation": 7}
            assert rules["tidy"]["noncurrentVersionExpiration"]["noncurrentDays"] == 90
            assert rules["tier"]["transitions"] == [{"storageClass": "INTELLIGENT_TIERING"}]

    def test_takes_no_other_key_than_its_own(self, prod: Graph, buckets: list[Node]) -> None:
        for bucket in buckets:
            if bucket.name == "access-logs-bucket":
                continue
            [rule] = part(prod, "BucketServerSideEncryptionConfiguration", bucket).inputs["rules"]
            key = rule["applyServerSideEncryptionByDefault"]["kmsMasterKeyId"]
            assert rule["applyServerSideEncryptionByDefault"]["sseAlgorithm"] == "aws:kms"
            assert rule["bucketKeyEnabled"] is True
            header = "s3:x-amz-server-side-encryption-aws-kms-key-id"
            refusal = statements(prod, bucket)["OneKey"]
            assert refusal["Effect"] == "Deny"
            assert refusal["Condition"] == {"Null": {header: "false"}, "StringNotEquals": {header: key}}

    def test_logs_its_accesses_to_the_bucket_for_them(self, prod: Graph, buckets: list[Node]) -> None:
        target = named(prod, "access-logs")
        for bucket in buckets:
            if bucket is not target:
                logging = part(prod, "BucketLogging", bucket)
                assert logging.inputs["targetBucket"] == target.state["id"]

    def test_has_an_automatic_name_and_survives_what_is_in_it(self, buckets: list[Node]) -> None:
        for bucket in buckets:
            assert "bucket" not in bucket.inputs
            assert bucket.inputs["forceDestroy"] is False


class TestServices:
    def test_access_logs_come_from_buckets_of_this_account(self, prod: Graph) -> None:
        found = statements(prod, named(prod, "access-logs"))["AccessLogs"]
        assert found["Principal"] == {"Service": "logging.s3.amazonaws.com"}
        assert found["Action"] == ["s3:PutObject"]
        assert found["Condition"]["StringEquals"] == {"aws:SourceAccount": "111122223333"}

    def test_nobody_but_services_for_this_account_is_let_in_by_a_policy(self, prod: Graph, buckets: list[Node]) -> None:
        for bucket in buckets:
            for found in statements(prod, bucket).values():
                if found["Effect"] == "Allow":
                    assert set(found["Principal"]) == {"Service"}
                    assert found["Condition"]["StringEquals"] == {"aws:SourceAccount": "111122223333"}

    def test_inventories_go_to_the_logs_bucket_under_its_key(self, prod: Graph) -> None:
        logs = named(prod, "logs")
        [rule] = part(prod, "BucketServerSideEncryptionConfiguration", logs).inputs["rules"]
        key = rule["applyServerSideEncryptionByDefault"]["kmsMasterKeyId"]
        inventories = prod.of_type("aws:s3/inventory:Inventory")
        assert {node.name for node in inventories} == {"assets-inventory", "backups-inventory"}
        for node in inventories:
            destination = node.inputs["destination"]["bucket"]
            assert destination["bucketArn"] == logs.outputs["arn"]
            assert destination["encryption"] == {"sseKms": {"keyId": key}}


class TestBackups:
    def test_objects_are_locked_and_expire_only_afterwards(self, prod: Graph) -> None:
        backups = named(prod, "backups")
        assert backups.inputs["objectLockEnabled"] is True
        lock = part(prod, "BucketObjectLockConfiguration", backups).inputs["rule"]["defaultRetention"]
        rules = {rule["id"]: rule for rule in part(prod, "BucketLifecycleConfiguration", backups).inputs["rules"]}
        assert lock["mode"] in ("GOVERNANCE", "COMPLIANCE")
        assert lock["days"] < rules["expire"]["expiration"]["days"]

    def test_assets_never_expire(self, prod: Graph) -> None:
        rules = part(prod, "BucketLifecycleConfiguration", named(prod, "assets")).inputs["rules"]
        assert not [rule for rule in rules if "days" in rule.get("expiration", {})]

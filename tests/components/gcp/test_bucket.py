"""Buckets: in two regions, private, encrypted with one key, and recoverable."""

import pytest

from preview.graph import Graph, Node

BUCKET = "gcp:storage/bucket:Bucket"
DAY = 24 * 60 * 60


def named(dr: Graph, name: str) -> Node:
    [bucket] = [bucket for bucket in dr.of_type(BUCKET) if bucket.name == f"{name}-bucket"]
    return bucket


@pytest.fixture
def buckets(dr: Graph) -> list[Node]:
    return [named(dr, name) for name in ("assets", "backups", "logs")]


class TestEveryBucket:
    def test_is_in_both_regions_within_minutes(self, buckets: list[Node]) -> None:
        for bucket in buckets:
            assert bucket.inputs["location"] == "US"
            assert bucket.inputs["customPlacementConfig"] == {"dataLocations": ["US-CENTRAL1", "US-WEST1"]}
            assert bucket.inputs["rpo"] == "ASYNC_TURBO"

    def test_is_private_whatever_is_granted(self, buckets: list[Node]) -> None:
        for bucket in buckets:
            assert bucket.inputs["publicAccessPrevention"] == "enforced"
            assert bucket.inputs["uniformBucketLevelAccess"] is True

    def test_takes_no_other_kind_of_key_than_its_own(self, dr: Graph, buckets: list[Node]) -> None:
        keys = {key.name: key.state["id"] for key in dr.of_type("gcp:kms/cryptoKey:CryptoKey")}
        for bucket in buckets:
            use = "log-objects" if bucket.name == "logs-bucket" else "objects"
            refused = {"restrictionMode": "FullyRestricted"}
            assert bucket.inputs["encryption"] == {
                "defaultKmsKeyName": keys[f"keys-{use}"],
                "googleManagedEncryptionEnforcementConfig": refused,
                "customerSuppliedEncryptionEnforcementConfig": refused,
            }

    def test_has_a_key_in_the_continents_location(self, buckets: list[Node]) -> None:
        for bucket in buckets:
            assert "/locations/us/" in bucket.inputs["encryption"]["defaultKmsKeyName"]

    def test_gives_back_what_is_deleted(self, buckets: list[Node]) -> None:
        for bucket in buckets:
            assert bucket.inputs["versioning"]["enabled"] != ("retentionPolicy" in bucket.inputs)
            assert bucket.inputs["softDeletePolicy"] == {"retentionDurationSeconds": 30 * DAY}

    def test_survives_what_is_in_it_and_has_an_automatic_name(self, buckets: list[Node]) -> None:
        for bucket in buckets:
            assert "name" not in bucket.inputs
            assert bucket.inputs["forceDestroy"] is False
            assert bucket.inputs["deletionPolicy"] == "PREVENT"

    def test_tidies_up(self, buckets: list[Node]) -> None:
        for bucket in buckets:
            aborted, former, *_ = bucket.inputs["lifecycleRules"]
            assert aborted == {"action": {"type": "AbortIncompleteMultipartUpload"}, "condition": {"age": 7}}
            assert former["condition"] == {"withState": "ARCHIVED", "daysSinceNoncurrentTime": 90}
            assert bucket.inputs["autoclass"]["enabled"] is True


class TestLogs:
    def test_each_bucket_but_the_logs_own_writes_its_requests_there(self, dr: Graph, buckets: list[Node]) -> None:
        logs = named(dr, "logs")
        for bucket in buckets:
            if bucket is logs:
                assert "logging" not in bucket.inputs
            else:
                assert bucket.inputs["logging"]["logBucket"] == logs.state["id"]

    def test_google_may_deliver_and_no_more_before_it_is_asked_to(self, dr: Graph) -> None:
        [grant] = [
            node for node in dr.of_type("gcp:storage/bucketIAMMember:BucketIAMMember") if node.name == "logs-usage-logs"
        ]
        assert grant.inputs["member"] == "group:cloud-storage-analytics@google.com"
        assert grant.inputs["role"] == "roles/storage.objectCreator"
        assert grant.urn in named(dr, "assets").state["propertyDependencies"]["logging"]

    def test_usage_logs_can_be_left_to_the_audit_logs(self, dr_with) -> None:
        graph = dr_with({"storage": {"usage_logs": False}})
        assert "logging" not in named(graph, "assets").inputs
        assert "logs-usage-logs" not in {node.name for node in graph.nodes.values()}


class TestBackups:
    def test_nobody_deletes_or_overwrites_before_the_retention_ends(self, dr: Graph) -> None:
        backups = named(dr, "backups")
        assert backups.inputs["retentionPolicy"] == {"retentionPeriod": str(35 * DAY), "isLocked": False}
        [expiry] = [rule for rule in backups.inputs["lifecycleRules"] if rule["condition"].get("withState") == "LIVE"]
        assert expiry["condition"]["age"] > 35

    def test_the_lock_is_an_explicit_choice(self, dr_with) -> None:
        backups = named(dr_with({"storage": {"retention": "locked"}}), "backups")
        assert backups.inputs["retentionPolicy"]["isLocked"] is True

    def test_assets_never_expire(self, dr: Graph) -> None:
        rules = named(dr, "assets").inputs["lifecycleRules"]
        assert not [rule for rule in rules if rule["condition"].get("withState") == "LIVE"]

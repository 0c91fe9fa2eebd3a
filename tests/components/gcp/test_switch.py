"""The switch object's bucket: readable by anyone, held in two regions, and unable to keep or hide the object."""

import pytest

from preview.graph import Graph, Node


@pytest.fixture
def bucket(dr: Graph) -> Node:
    [bucket] = [node for node in dr.of_type("gcp:storage/bucket:Bucket") if node.name == "edge-switch-bucket"]
    return bucket


def test_it_is_the_one_that_the_primarys_check_asks_for(graphs: dict[str, Graph], bucket: Node) -> None:
    [check] = [
        node
        for node in graphs["prod"].of_type("aws:route53/healthCheck:HealthCheck")
        if node.name == "edge-door-switch"
    ]
    assert check.inputs["fqdn"] == "storage.googleapis.com"
    assert check.inputs["resourcePath"] == f"/{bucket.inputs['name']}/active"


def test_it_outlives_a_region(bucket: Node) -> None:
    assert bucket.protected
    assert bucket.inputs["customPlacementConfig"]["dataLocations"] == ["US-CENTRAL1", "US-WEST1"]


def test_what_is_deleted_is_gone(bucket: Node) -> None:
    assert bucket.inputs["versioning"] == {"enabled": False}
    assert bucket.inputs["softDeletePolicy"] == {"retentionDurationSeconds": 0}
    assert "retentionPolicy" not in bucket.inputs


def test_no_key_can_make_it_look_deleted(bucket: Node) -> None:
    assert "encryption" not in bucket.inputs


def test_anyone_reads_and_nobody_writes_and_a_rehearsal_lists(dr: Graph, bucket: Node) -> None:
    members = [
        node.inputs
        for node in dr.of_type("gcp:storage/bucketIAMMember:BucketIAMMember")
        if node.inputs["bucket"] == bucket.outputs["name"]
    ]
    assert {(each["member"].partition("@")[0], each["role"]) for each in members} == {
        ("allUsers", "roles/storage.legacyObjectReader"),
        ("serviceAccount:rehearsal", "roles/storage.objectViewer"),
    }
    assert bucket.inputs["uniformBucketLevelAccess"] is True


def test_nothing_is_put_in_it(dr: Graph, bucket: Node) -> None:
    assert not [
        node
        for node in dr.of_type("gcp:storage/bucketObject:BucketObject")
        if node.inputs["bucket"] == bucket.outputs["name"]
    ]

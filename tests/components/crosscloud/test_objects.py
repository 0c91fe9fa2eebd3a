"""Replication of objects: each bucket's news reach a job that may read it, and deletions stay where they are."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from components.gcp.watch.replication import arrivals
from preview.graph import Graph, Node

PROGRAM = """
from components.crosscloud.objects import ObjectReplication, Source, Target
from settings.replication import ObjectReplicationSettings
from settings.shared import BucketSettings

topic = "arn:aws:sns:us-west-2:111122223333:sample"
ObjectReplication(
    "objects",
    on_aws,
    on_gcp,
    ObjectReplicationSettings(transfer_subject="112233445566778899001"),
    buckets={"assets": BucketSettings(rpo=20), "media": BucketSettings()},
    source=Source(
        bucket_arns={"assets": "arn:aws:s3:::sample-assets", "media": "arn:aws:s3:::sample-media"},
        objects_key_arn="arn:aws:kms:us-west-2:111122223333:key/objects",
        queues_key_arn="arn:aws:kms:us-west-2:111122223333:key/queues",
        topic_arns={"us-west-2": {"page": topic, "ticket": topic}},
    ),
    target=Target(
        buckets={"assets": "standby-assets", "media": "standby-media"},
        agent="serviceAccount:project-123456789012@storage-transfer-service.iam.gserviceaccount.com",
        channels={"page": ["projects/example-standby/notificationChannels/1"], "ticket": []},
    ),
    opts=opts,
)
"""

BUCKETS = {"assets", "media"}
JOB = "gcp:storage/transferJob:TransferJob"
POLICY = "gcp:monitoring/alertPolicy:AlertPolicy"
QUEUE = "aws:sqs/queue:Queue"
AGENT = "serviceAccount:project-123456789012@storage-transfer-service.iam.gserviceaccount.com"


@pytest.fixture(scope="module")
def graph(sample: Callable[[str], Graph]) -> Graph:
    return sample(PROGRAM)


def queues(graph: Graph) -> dict[str, str]:
    """ARN of the queue by the bucket's use."""
    return {node.name.removeprefix("objects-"): node.outputs["arn"] for node in graph.of_type(QUEUE)}


def roles(graph: Graph, use: str) -> list[Node]:
    return [node for node in graph.of_type("aws:iam/role:Role") if node.name == f"objects-{use}"]


def rights(graph: Graph, use: str) -> list[dict[str, Any]]:
    """The statements of a role's one policy."""
    [role] = roles(graph, use)
    [policy] = [
        node for node in graph.of_type("aws:iam/rolePolicy:RolePolicy") if node.inputs["role"] == role.outputs["name"]
    ]
    return json.loads(policy.inputs["policy"])["Statement"]


class TestNews:
    def test_each_bucket_tells_its_own_queue_of_new_objects(self, graph: Graph) -> None:
        told = {
            node.inputs["bucket"]: node.inputs["queues"]
            for node in graph.of_type("aws:s3/bucketNotification:BucketNotification")
        }
        assert told == {
            f"sample-{use}": [{"queueArn": arn, "events": ["s3:ObjectCreated:*"]}] for use, arn in queues(graph).items()
        }
        assert queues(graph).keys() == BUCKETS

    def test_only_the_bucket_may_send(self, graph: Graph) -> None:
        for node in graph.of_type("aws:sqs/queuePolicy:QueuePolicy"):
            use = node.name.removeprefix("objects-")
            send, _ = json.loads(node.inputs["policy"])["Statement"]
            assert send["Principal"] == {"Service": "s3.amazonaws.com"}
            assert send["Resource"] == queues(graph)[use]
            assert send["Condition"] == {
                "StringEquals": {"aws:SourceAccount": "111122223333"},
                "ArnEquals": {"aws:SourceArn": f"arn:aws:s3:::sample-{use}"},
            }

    def test_news_wait_for_days_under_our_key(self, graph: Graph) -> None:
        for queue in graph.of_type(QUEUE):
            assert queue.inputs["messageRetentionSeconds"] >= 3 * 24 * 60 * 60
            assert queue.inputs["kmsMasterKeyId"].endswith(":key/queues")


class TestAccess:
    def test_the_role_trusts_one_google_account_by_its_number(self, graph: Graph) -> None:
        [role] = roles(graph, "reader")
        [trust] = json.loads(role.inputs["assumeRolePolicy"])["Statement"]
        assert trust["Principal"] == {"Federated": "accounts.google.com"}
        assert trust["Condition"] == {"StringEquals": {"accounts.google.com:sub": "112233445566778899001"}}

    def test_the_role_changes_nothing_but_the_queues(self, graph: Graph) -> None:
        statements = rights(graph, "reader")
        resources = {action: statement["Resource"] for statement in statements for action in statement["Action"]}
        assert {action for action in resources if action.startswith("s3:")} == {
            "s3:GetBucketLocation", "s3:GetObject", "s3:ListBucket",
        }  # fmt: skip
        assert set(resources["s3:GetObject"]) == {f"arn:aws:s3:::sample-{use}/*" for use in BUCKETS}
        assert set(resources["sqs:DeleteMessage"]) == set(queues(graph).values())
        assert {statement["Resource"] for statement in statements if statement["Action"] == ["kms:Decrypt"]} == {
            f"arn:aws:kms:us-west-2:111122223333:key/{key}" for key in ("objects", "queues")
        }

    def test_google_may_write_into_the_standbys_buckets(self, graph: Graph) -> None:
        grants = {
            (node.inputs["bucket"], node.inputs["role"], node.inputs["member"])
            for node in graph.of_type("gcp:storage/bucketIAMMember:BucketIAMMember")
        }
        assert grants == {
            (f"standby-{use}", f"roles/storage.{role}", AGENT)
            for use in BUCKETS
            for role in ("legacyBucketWriter", "legacyObjectReader")
        }


class TestJobs:
    def test_each_bucket_has_one_for_news_and_a_daily_comparison(self, graph: Graph) -> None:
        [role] = roles(graph, "reader")
        for use in BUCKETS:
            jobs = {job.name: job for job in graph.of_type(JOB) if job.name.startswith(f"objects-{use}-")}
            news, comparison = jobs[f"objects-{use}-news"], jobs[f"objects-{use}-comparison"]
            assert news.inputs["eventStream"] == {"name": queues(graph)[use]}
            assert comparison.inputs["schedule"].keys() == {"scheduleStartDate"}
            for job in (news, comparison):
                spec = job.inputs["transferSpec"]
                assert spec["awsS3DataSource"] == {"bucketName": f"sample-{use}", "roleArn": role.outputs["arn"]}
                assert spec["gcsDataSink"] == {"bucketName": f"standby-{use}"}
                assert job.inputs["status"] == "ENABLED"

    def test_no_job_deletes_anything(self, graph: Graph) -> None:
        for job in graph.of_type(JOB):
            options = job.inputs["transferSpec"]["transferOptions"]
            assert options["deleteObjectsUniqueInSink"] is False
            assert options["deleteObjectsFromSourceAfterTransfer"] is False

    def test_overwritten_objects_are_copied_again(self, graph: Graph) -> None:
        for job in graph.of_type(JOB):
            assert job.inputs["transferSpec"]["transferOptions"]["overwriteWhen"] == "DIFFERENT"

    def test_failures_are_logged_and_tell_people(self, graph: Graph) -> None:
        for job in graph.of_type(JOB):
            assert job.inputs["loggingConfig"] == {"logActions": ["FIND", "COPY"], "logActionStates": ["FAILED"]}
        [policy] = [node for node in graph.of_type(POLICY) if node.name == "objects-jobs-copies-failed"]
        assert "storage_transfer_job" in policy.inputs["conditions"][0]["conditionMatchedLog"]["filter"]
        assert policy.inputs["notificationChannels"]


def test_news_may_wait_no_longer_than_the_buckets_rpo(graph: Graph) -> None:
    thresholds = {
        node.inputs["dimensions"]["QueueName"]: node.inputs["threshold"]
        for node in graph.of_type("aws:cloudwatch/metricAlarm:MetricAlarm")
        if node.inputs["metricName"] == "ApproximateAgeOfOldestMessage"
    }
    named = {node.outputs["name"]: node.name.removeprefix("objects-") for node in graph.of_type(QUEUE)}
    assert {named[queue]: threshold for queue, threshold in thresholds.items()} == {
        "assets": 20 * 60,
        "media": 15 * 60,
    }


class TestHeartbeat:
    def test_each_bucket_gets_another_object_every_minute(self, graph: Graph) -> None:
        written = {}
        for schedule in graph.of_type("aws:scheduler/schedule:Schedule"):
            assert schedule.inputs["scheduleExpression"] == "rate(1 minutes)"
            assert schedule.inputs["target"]["arn"] == "arn:aws:scheduler:::aws-sdk:s3:putObject"
            request = json.loads(schedule.inputs["target"]["input"])
            # The comparison of source and sink skips what is the same.
            assert request["Body"] == "<aws.scheduler.scheduled-time>"
            written[request["Bucket"]] = request["Key"]
        assert written == {f"sample-{use}": ".replication/heartbeat" for use in BUCKETS}

    def test_its_writer_writes_nothing_else(self, graph: Graph) -> None:
        put, key = rights(graph, "heartbeat")
        assert put["Action"] == ["s3:PutObject"]
        assert set(put["Resource"]) == {f"arn:aws:s3:::sample-{use}/.replication/heartbeat" for use in BUCKETS}
        assert (key["Action"], key["Resource"]) == (
            ["kms:GenerateDataKey"],
            "arn:aws:kms:us-west-2:111122223333:key/objects",
        )
        [role] = roles(graph, "heartbeat")
        [trust] = json.loads(role.inputs["assumeRolePolicy"])["Statement"]
        assert trust["Principal"] == {"Service": "scheduler.amazonaws.com"}
        assert trust["Condition"] == {"StringEquals": {"aws:SourceAccount": "111122223333"}}

    def test_the_standby_itself_tells_people_when_nothing_comes_for_the_rpo(self, graph: Graph) -> None:
        jobs = {node.name: node.outputs["name"] for node in graph.of_type(JOB)}
        for use, minutes in {"assets": 20, "media": 15}.items():
            [policy] = [node for node in graph.of_type(POLICY) if node.name == f"objects-jobs-{use}-rpo"]
            condition = policy.inputs["conditions"][0]["conditionThreshold"]
            assert f'resource.labels.job_id = "{jobs[f"objects-{use}-news"]}"' in condition["filter"]
            assert "transferjob/copied_objects_count" in condition["filter"]
            assert 'metric.labels.status = "succeeded"' in condition["filter"]
            assert (condition["comparison"], condition["thresholdValue"]) == ("COMPARISON_LT", 1)
            assert condition["aggregations"][0]["alignmentPeriod"] == f"{minutes * 60}s"
            # With AWS dark there is no value at all.
            assert condition["evaluationMissingData"] == "EVALUATION_MISSING_DATA_ACTIVE"
            assert policy.inputs["severity"] == "CRITICAL"
            assert policy.inputs["notificationChannels"] == ["projects/example-standby/notificationChannels/1"]


@pytest.mark.parametrize(("rpo", "window"), [(1, 5), (60, 60), (7 * 24 * 60, 24 * 60)])
def test_arrivals_are_counted_over_a_window_that_an_alert_takes(rpo: int, window: int) -> None:
    [alarm] = arrivals("assets", "transferJobs/1", rpo_minutes=rpo).alarms
    assert alarm.period == window * 60

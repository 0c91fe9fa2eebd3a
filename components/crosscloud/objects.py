"""S3's objects on their way to Cloud Storage: news of them in a queue, and the jobs that copy them."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pulumi
from pulumi_aws import s3, scheduler, sqs
from pulumi_gcp import storage

from components.aws import alarms as aws_alarms
from components.aws import component as aws_component
from components.aws.iam import Role, allow, deny_without_tls, document, google_trust, role, service_trust
from components.aws.watch.replication import new_objects
from components.crosscloud.component import CrossCloudComponent
from components.gcp import alarms as gcp_alarms
from components.gcp import component as gcp_component
from components.gcp.component import granted
from components.gcp.watch.replication import arrivals, copies
from settings.observability import Severity
from settings.replication import ObjectReplicationSettings
from settings.shared import BucketSettings

DAY = 24 * 60 * 60

# What Storage Transfer does in the bucket that it writes to: get the bucket, list, create and overwrite objects.
# https://docs.cloud.google.com/storage-transfer/docs/sink-cloud-storage
WRITE = ("roles/storage.legacyBucketWriter", "roles/storage.legacyObjectReader")

HEARTBEAT = ".replication/heartbeat"
"""The object that every bucket has: the minute at which it was written, so that no two in a row are alike."""

# A day that has passed: the job then runs each day from the next one on.
FIRST_COMPARISON: storage.TransferJobScheduleScheduleStartDateArgsDict = {"year": 2026, "month": 1, "day": 1}


@dataclass(frozen=True)
class Source:
    """Where objects come from."""

    bucket_arns: Mapping[str, pulumi.Input[str]]
    """The buckets, by what they hold."""

    objects_key_arn: pulumi.Input[str]
    """The key that encrypts the objects."""

    queues_key_arn: pulumi.Input[str]
    """The key of the queues, which S3 may use."""

    topic_arns: Mapping[str, Mapping[Severity, pulumi.Input[str]]]
    """Topics by region and severity."""


@dataclass(frozen=True)
class Target:
    """Where they go."""

    buckets: Mapping[str, pulumi.Input[str]]
    """Names of the buckets, by what they hold."""

    agent: pulumi.Input[str]
    """Storage Transfer's account of the project, as an IAM member."""

    channels: Mapping[Severity, pulumi.Input[Sequence[pulumi.Input[str]]]]
    """Notification channels by severity."""


class ObjectReplication(CrossCloudComponent):
    """Every bucket's new and overwritten objects in the standby's bucket, within minutes, and a comparison each day.

    S3 tells a queue of each object, Storage Transfer reads the queue and copies. It acts as an AWS role that trusts
    the project's Storage Transfer account by its unique number, so that no key exists. The daily job copies what no
    news came of: objects that were there before, and those of lost events.

    Deletions are not carried over, by neither job: an object that is deleted in the primary stays in the standby
    until its lifecycle ends it there, so that no mistake or attacker in the primary empties both. Not carried either:
    versions that were overwritten, tags, ACLs. The way back is a job in the other direction.

    Google gives no figure of how old the oldest object is that waits. So each bucket gets an object every minute: if
    for the bucket's RPO none arrives in the standby, the standby itself tells people, AWS dark or not. Where objects
    arrive, but late, the queue's age tells it in the primary.

    https://docs.cloud.google.com/storage-transfer/docs/event-driven-aws
    """

    job_names: dict[str, pulumi.Output[str]]
    """The jobs that follow events, by what the bucket holds: a failover pauses them."""

    comparison_names: dict[str, pulumi.Output[str]]
    """The daily comparisons, which it pauses as well."""

    def __init__(
        self,
        name: str,
        aws: aws_component.Scope,
        gcp: gcp_component.Scope,
        settings: ObjectReplicationSettings,
        *,
        buckets: Mapping[str, BucketSettings],
        source: Source,
        target: Target,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """Make the jobs of each of `buckets`."""
        super().__init__("ObjectReplication", name, aws, gcp, "confidential", opts)
        self._name, self._settings, self._source, self._target = name, settings, source, target
        queues = {use: self._queue(use) for use in buckets}
        access = self._access({use: queue.arn for use, queue in queues.items()})
        self._beat(list(buckets))
        self.job_names, self.comparison_names = {}, {}
        for use in buckets:
            sink = self._sink(use)
            self.job_names[use] = self._job(
                use, "news", "New objects", sink, access, event_stream={"name": queues[use].arn}
            )
            self.comparison_names[use] = self._job(
                use,
                "comparison",
                "Comparison of all objects",
                sink,
                access,
                schedule={"schedule_start_date": FIRST_COMPARISON},
            )
        aws_alarms.Alarms(
            f"{name}-queues",
            aws,
            [new_objects(use, queues[use].name, rpo_minutes=declared.rpo) for use, declared in buckets.items()],
            topic_arns=source.topic_arns,
            anomaly_detection=False,
            composite_prefix=f"{aws.tags.service}-{aws.tags.environment}-{name}",
            opts=self.child(),
        )
        gcp_alarms.Alarms(
            f"{name}-jobs",
            gcp,
            [
                *(arrivals(use, self.job_names[use], rpo_minutes=declared.rpo) for use, declared in buckets.items()),
                copies(),
            ],
            # What is watched here matters in either role.
            mode="standby",
            channel_names=target.channels,
            opts=self.child(),
        )
        self.register_outputs({"jobNames": self.job_names})

    def _bucket(self, use: str) -> pulumi.Output[str]:
        """The name of a bucket in S3."""
        arn = pulumi.Output.from_input(self._source.bucket_arns[use])
        return arn.apply(lambda known: known.rsplit(":", 1)[-1])

    def _queue(self, use: str) -> sqs.Queue:
        """The queue that S3 tells of a bucket's new objects."""
        name = f"{self._name}-{use}"
        queue = sqs.Queue(
            name,
            kms_master_key_id=self._source.queues_key_arn,
            message_retention_seconds=self._settings.event_days * DAY,
            opts=self.child(),
        )
        policy = sqs.QueuePolicy(
            name,
            queue_url=queue.url,
            policy=document(
                allow(
                    ["sqs:SendMessage"],
                    queue.arn,
                    sid="NewObjects",
                    principal={"Service": "s3.amazonaws.com"},
                    conditions={
                        "StringEquals": {"aws:SourceAccount": self.aws.account_id},
                        "ArnEquals": {"aws:SourceArn": self._source.bucket_arns[use]},
                    },
                ),
                deny_without_tls(["sqs:*"], queue.arn),
            ),
            opts=self.child(),
        )
        # S3 tries whether it may send.
        admitted = pulumi.Output.all(queue.arn, policy.id).apply(lambda known: known[0])
        s3.BucketNotification(
            name,
            bucket=self._bucket(use),
            queues=[{"queue_arn": admitted, "events": ["s3:ObjectCreated:*"]}],
            opts=self.child(),
        )
        return queue

    def _beat(self, uses: Sequence[str]) -> None:
        """Write the heartbeat of each bucket."""
        arns = [pulumi.Output.concat(self._source.bucket_arns[use], "/", HEARTBEAT) for use in uses]
        writer = role(
            f"{self._name}-heartbeat",
            service_trust("scheduler.amazonaws.com", self.aws.account_id),
            self,
            description="EventBridge Scheduler writes the heartbeats of replicated buckets",
            inline={
                "heartbeats": [
                    allow(["s3:PutObject"], arns),
                    allow(
                        ["kms:GenerateDataKey"],
                        self._source.objects_key_arn,
                        conditions={"StringEquals": {"kms:ViaService": f"s3.{self.aws.region}.amazonaws.com"}},
                    ),
                ]
            },
        )
        for use in uses:
            scheduler.Schedule(
                f"{self._name}-{use}-heartbeat",
                description=f"Heartbeat of the replication of {use}",
                schedule_expression="rate(1 minutes)",
                flexible_time_window={"mode": "OFF"},
                target={
                    "arn": "arn:aws:scheduler:::aws-sdk:s3:putObject",
                    "role_arn": writer.arn,
                    "input": self._bucket(use).apply(_heartbeat),
                    # The next one comes before a second attempt would.
                    "retry_policy": {"maximum_event_age_in_seconds": 60, "maximum_retry_attempts": 0},
                },
                opts=self.child(depends_on=writer.policies),
            )

    def _access(self, queue_arns: Mapping[str, pulumi.Output[str]]) -> Role:
        """The role as which Storage Transfer reads the buckets and their queues."""
        arns = [pulumi.Output.from_input(self._source.bucket_arns[use]) for use in queue_arns]
        region = self.aws.region
        statements = [
            allow(["s3:GetBucketLocation", "s3:ListBucket"], arns),
            allow(["s3:GetObject"], [pulumi.Output.concat(arn, "/*") for arn in arns]),
            allow(
                ["sqs:ChangeMessageVisibility", "sqs:DeleteMessage", "sqs:GetQueueAttributes", "sqs:ReceiveMessage"],
                list(queue_arns.values()),
            ),
            *(
                allow(
                    ["kms:Decrypt"],
                    key_arn,
                    conditions={"StringEquals": {"kms:ViaService": f"{service}.{region}.amazonaws.com"}},
                )
                for service, key_arn in (
                    ("s3", self._source.objects_key_arn),
                    ("sqs", self._source.queues_key_arn),
                )
            ),
        ]
        return role(
            f"{self._name}-reader",
            google_trust(self._settings.transfer_subject),
            self,
            description="Google Cloud's Storage Transfer reads new objects",
            inline={"objects": statements},
        )

    def _sink(self, use: str) -> pulumi.Output[str]:
        """The name of a bucket in Cloud Storage, once Storage Transfer may write there."""
        bucket = self._target.buckets[use]
        grants = [
            storage.BucketIAMMember(
                f"{self._name}-{use}-{granted_role.rsplit('.', 1)[-1].lower()}",
                bucket=bucket,
                role=granted_role,
                member=self._target.agent,
                opts=self.child(),
            )
            for granted_role in WRITE
        ]
        return granted(pulumi.Output.from_input(bucket), *grants)

    def _job(
        self,
        use: str,
        kind: str,
        title: str,
        sink: pulumi.Output[str],
        access: Role,
        *,
        event_stream: storage.TransferJobEventStreamArgsDict | None = None,
        schedule: storage.TransferJobScheduleArgsDict | None = None,
    ) -> pulumi.Output[str]:
        return storage.TransferJob(
            f"{self._name}-{use}-{kind}",
            description=f"{title}: {use}",
            status="ENABLED",
            event_stream=event_stream,
            schedule=schedule,
            transfer_spec={
                "aws_s3_data_source": {"bucket_name": self._bucket(use), "role_arn": access.arn},
                "gcs_data_sink": {"bucket_name": sink},
                "transfer_options": {
                    "overwrite_when": "DIFFERENT",
                    "delete_objects_unique_in_sink": False,
                    "delete_objects_from_source_after_transfer": False,
                },
            },
            logging_config={"log_actions": ["FIND", "COPY"], "log_action_states": ["FAILED"]},
            opts=self.child(depends_on=access.policies),
        ).name


def _heartbeat(bucket: str) -> str:
    """What Scheduler asks of S3. https://docs.aws.amazon.com/scheduler/latest/UserGuide/managing-schedule-context-attributes.html."""
    return json.dumps({"Bucket": bucket, "Key": HEARTBEAT, "Body": "<aws.scheduler.scheduled-time>"})

"""Settings of the replication between the two regions: each default safe for production."""

import math
from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import ValidationInfo, field_validator

from settings.gcp.data import TOMBSTONE_DAYS
from settings.gcp.secrets import SecretStoreSettings
from settings.types import (
    GcpProjectId,
    ImageDigest,
    LogRetentionDays,
    Minutes,
    Model,
    Refusal,
    between,
    distinct,
    matching,
    one_of,
)

WRITER_IMAGE = "bigtable-writer"
"""What the image of services/bigtable_writer is called in the registries."""

WARMER_IMAGE = "cache-warmer"
"""The same of services/cache_warmer."""


class WriterSettings(Model):
    """The service that writes DynamoDB's changes into Bigtable, on Cloud Run."""

    image_digest: ImageDigest
    """The image's digest in the standby's registry."""

    minimum_instances: Annotated[int, *between(1, 100, "the first change would wait for a start")] = 2
    """Instances that always run."""

    maximum_instances: Annotated[int, *between(1, 100, "Cloud Run's usual quota is 100 instances a region")] = 20
    """The most instances: Pub/Sub keeps what they cannot take."""

    concurrency: Annotated[int, *between(1, 1000, "Cloud Run sends an instance at most 1000 requests at once")] = 80
    """Changes that an instance writes at once."""

    cpu: Annotated[int, *between(1, 8, "Cloud Run gives an instance 1 to 8 CPUs")] = 1
    """CPUs of an instance."""

    memory_mib: Annotated[
        int, *between(512, 32768, "an instance has at most 32 GiB, and with less than 512 MiB the service is killed")
    ] = 1024
    """Memory of an instance in MiB; a change takes at most some 2 MB of it at a time."""

    @field_validator("maximum_instances")
    @classmethod
    def _range_is_one(cls, maximum: int, info: ValidationInfo) -> int:
        minimum = info.data.get("minimum_instances", maximum)
        if maximum < minimum:
            raise Refusal(f"{minimum} instances always run", f"use {minimum} or more")
        return maximum


class TableReplicationSettings(Model):
    """The way of DynamoDB's changes to the writer."""

    stream_hours: Annotated[
        int,
        *between(
            72, 672, "less than three days do not outlast a weekend, and after four weeks deletions might be forgotten"
        ),
    ] = 168
    """Hours for which Kinesis keeps changes that Pub/Sub has not read."""

    backlog_days: Annotated[
        int, *between(3, 31, "Pub/Sub keeps messages 31 days at most, and less than 3 do not outlast a weekend")
    ] = 7
    """Days for which Pub/Sub keeps changes that are not written."""

    minimum_backoff_seconds: Annotated[int, *between(0, 600, "Pub/Sub waits at most 600 seconds")] = 1
    """Seconds before a change is sent to the writer again; each later wait is longer."""

    maximum_backoff_seconds: Annotated[int, *between(0, 600, "Pub/Sub waits at most 600 seconds")] = 600
    """The longest wait, in seconds. A change is set aside after a hundred attempts: with 600 that takes hours."""

    dead_letter_days: Annotated[
        int, *between(7, 31, "Pub/Sub keeps messages 31 days at most, and people take holidays")
    ] = 31
    """Days for which changes that cannot be written are kept."""

    scan_items_per_second: Annotated[
        int,
        *between(10, 100_000, "a comparison would take weeks, or take from the applications what DynamoDB can read"),
    ] = 2000
    """The most items that the comparison of a table reads in a second; each is read twice, and consistently."""

    @field_validator("backlog_days")
    @classmethod
    def _deletions_are_remembered(cls, days: int, info: ValidationInfo) -> int:
        most = TOMBSTONE_DAYS - 1 - math.ceil(info.data.get("stream_hours", 0) / 24)
        if days > most:
            raise Refusal(
                f"with stream_hours in Kinesis before, a change could wait for {TOMBSTONE_DAYS} days or more, by which"
                " its item's deletion may be forgotten, and bring the item back",
                f"use {most} or less, or lower stream_hours",
            )
        return days

    @field_validator("maximum_backoff_seconds")
    @classmethod
    def _waits_grow(cls, maximum: int, info: ValidationInfo) -> int:
        if maximum < info.data.get("minimum_backoff_seconds", maximum):
            raise Refusal("Pub/Sub's waits grow, and this is shorter than the first one", "raise it")
        return maximum


class SecretReplicationSettings(Model):
    """The way of the applications' secrets to Secret Manager."""

    refresh_minutes: Annotated[
        int, *between(1, 24 * 60, "a value that is replaced would be old in the standby for more than a day")
    ] = 5
    """Minutes between two rounds, of reading in the primary as of comparing in the standby."""

    def check(self, rpos: Mapping[str, int]) -> None:
        """Refuse rounds that are too rare for a secret's recovery-point objective, by its name."""
        for secret, minutes in rpos.items():
            if minutes < 3 * self.refresh_minutes:
                raise Refusal(
                    f"a new value takes up to two rounds, and app_secrets.{secret}.rpo is {minutes} minutes: its alarm "
                    "would come and go",
                    f"refresh every {max(1, minutes // 3)} minutes, or promise {3 * self.refresh_minutes} minutes",
                    at=("refresh_minutes",),
                )


TransferSubject = Annotated[
    str,
    *matching(
        r"\d{15,30}",
        "it names no Google account, so that no job could read the primary's buckets",
        "write subjectId, in quotes, of https://docs.cloud.google.com/storage-transfer/docs/reference/rest/v1/"
        "googleServiceAccounts/get for your project",
    ),
]


class ObjectReplicationSettings(Model):
    """The way of objects from S3 to Cloud Storage."""

    transfer_subject: TransferSubject
    """The unique number of the project's Storage Transfer account, as which Google reads the buckets: its subjectId."""

    event_days: Annotated[
        int, *between(3, 14, "SQS keeps messages 14 days at most, and less than 3 do not outlast a weekend")
    ] = 14
    """Days for which the news of an object waits to be read."""


class StreamReplicationSettings(Model):
    """The way of records from MSK to the standby."""

    kind: Literal["mirror", "import"] = "mirror"
    """By MirrorMaker over the private link, into Kafka and Pub/Sub with readers' positions; or by Pub/Sub's import
    topics over the internet: cheap, for readers of Pub/Sub alone, and MSK's brokers must be public."""

    vcpus: Annotated[int, *between(3, 45, "Managed Kafka Connect starts with three workers of one vCPU")] = 6
    """vCPUs of all workers together."""

    memory_gib_per_vcpu: Annotated[
        int, *between(1, 8, "Managed Kafka Connect takes 1 to 8 GiB of memory for each vCPU")
    ] = 4
    """Memory for each vCPU in GiB."""

    tasks: Annotated[int, *between(1, 100, "each has connections and buffers of its own, which workers hold")] = 6
    """The most tasks that read MSK at once, and that publish one topic in Pub/Sub; no more than partitions are used."""

    generation: Annotated[int, *between(1, 999, "a connector's name has room for three digits")] = 1
    """Raised by one, MirrorMaker reads every topic from its beginning again: after a way back (docs/operations.md)."""

    login_version: Annotated[int, *between(1, 100_000, "Secret Manager counts versions from 1")] = 1
    """The version of the login's password in Secret Manager; workers take an exact one."""

    login_rotation_days: Annotated[int, *between(1, 365, "a secret that never changes is one day known")] = 180
    """Days after which people are reminded to replace the login's password, on both sides."""

    secret_store: SecretStoreSettings
    """Where the login's password is kept."""

    import_days: Annotated[
        int, *between(3, 31, "Pub/Sub keeps messages 31 days at most, and less than 3 do not outlast a weekend")
    ] = 7
    """Days for which imported records wait for their readers."""


DATABASE_PASSWORD = "database_replication_password"
"""The secret with the password of the replication's login at the primary's database."""

Certificate = Annotated[
    str,
    *matching(
        r"\s*-----BEGIN CERTIFICATE-----\s+([A-Za-z0-9+/=]{1,76}\s+){4,100}-----END CERTIFICATE-----\s*",
        "Database Migration Service could not tell the primary's database from an impostor",
        "write one certificate in PEM form, from its BEGIN line to its END line",
    ),
]


class RowReplicationSettings(Model):
    """The way of rows from Aurora to Cloud SQL."""

    source_ca: Certificate
    """The root certificate that signed the database's: "Amazon RDS <region> Root CA RSA2048 G1", public, of
    https://truststore.pki.rds.amazonaws.com/<region>/<region>-bundle.pem."""

    state: Literal["NOT_STARTED", "RUNNING"] = "RUNNING"
    """Whether the migration job is started once it is made. A failover ends it by other means."""

    dump_parallelism: Literal["MIN", "OPTIMAL", "MAX"] = "OPTIMAL"
    """How many tables the first copy reads at once: more is faster, and more load on the primary."""

    producer_projects: Annotated[
        tuple[GcpProjectId, ...], distinct("the network attachment takes each project but once")
    ] = ()
    """Google's projects that may connect to the network attachment; any may while none is named. The attachment's
    connected endpoints tell which one Database Migration Service uses: docs/operations.md."""


PERIODS = (5, 10, 15, 20, 30, 60)


class CacheWarmingSettings(Model):
    """The job that copies ElastiCache's keys into Memorystore, on Cloud Run."""

    image_digest: ImageDigest
    """The image's digest in the standby's registry."""

    period_minutes: Annotated[
        int,
        *one_of(
            PERIODS,
            "the schedule counts from each full hour, which it does not divide evenly",
            f"use one of {', '.join(map(str, PERIODS))} minutes",
        ),
    ] = 30
    """Minutes from one run's start to the next one's: the standby's keys are as old as that, and as a run takes."""

    retries: Annotated[int, *between(0, 3, "more than 3 leave a run little time")] = 1
    """How often a run that fails is tried again."""

    timeout_minutes: Annotated[int, *between(1, 60, "the next run has started by then")] = 14
    """Minutes after which an attempt is ended; the next run goes over all keys again."""

    rpo: Minutes = 90
    """Minutes without a run that ended well, from which on people are told."""

    keys_per_second: Annotated[
        int, *between(100, 100_000, "fewer would take hours, and more are felt by the primary's users")
    ] = 20_000
    """Keys that a run looks at in a second, at most, on all shards together."""

    megabytes_per_second: Annotated[
        int, *between(1, 500, "Cloud VPN carries 1 to 3 Gbit/s a tunnel, and the other flows need it too")
    ] = 40
    """Megabytes of values that a run sends in a second, at most."""

    largest_mib: Annotated[int, *between(1, 256, "a value is held whole, and a server sends it in one go")] = 32
    """The largest value that is copied, in MiB of the primary's memory."""

    cpu: Annotated[int, *between(1, 8, "Cloud Run gives a task 1 to 8 CPUs")] = 1
    """CPUs of a run."""

    memory_mib: Annotated[int, *between(512, 32768, "Cloud Run gives a task at most 32 GiB")] = 2048
    """Memory of a run in MiB: eight values of the largest size, each as it is read and as it is written."""

    @field_validator("memory_mib")
    @classmethod
    def _values_fit(cls, memory: int, info: ValidationInfo) -> int:
        needed = 256 + 8 * 3 * info.data.get("largest_mib", 0)
        if memory < needed:
            raise Refusal("values of largest_mib on eight shards do not fit", f"use {needed} or more")
        return memory

    @field_validator("timeout_minutes")
    @classmethod
    def _runs_are_apart(cls, timeout: int, info: ValidationInfo) -> int:
        if {"period_minutes", "retries"} <= info.data.keys():
            period, attempts = info.data["period_minutes"], info.data["retries"] + 1
            if timeout * attempts >= period:
                raise Refusal(
                    f"a run may take {timeout * attempts} minutes, and the next one starts after {period}",
                    f"use less than {period // attempts}, or change period_minutes or retries",
                )
        return timeout

    @field_validator("rpo")
    @classmethod
    def _one_run_may_fail(cls, rpo: int, info: ValidationInfo) -> int:
        period = info.data.get("period_minutes")
        if period and rpo < 2 * period:
            raise Refusal(
                f"runs are {period} minutes apart, so that people would be told of none that is late",
                f"use {2 * period} or more",
            )
        return rpo


class ImageReplicationSettings(Model):
    """The way of images, charts and bundles from ECR to Artifact Registry."""

    interval_minutes: Annotated[
        int, *between(5, 360, "more often one comparison would meet the next, less often lost events wait for hours")
    ] = 15
    """Minutes between two comparisons of all repositories; a push is copied at once, whatever stands here."""

    timeout_minutes: Annotated[
        int, *between(5, 55, "CodeBuild takes 5 minutes at least, and the token of a copy is good for an hour")
    ] = 20
    """Minutes after which a copy is stopped; the next one goes on where it ended."""

    rpo: Annotated[
        int, *between(16, 1440, "an alarm looks back for a day at most, and no copy is quicker than a few minutes")
    ] = 60
    """Recovery-point objective in minutes: the greatest age of the newest image that the standby lacks."""

    concurrent_builds: Annotated[
        int, *between(2, 20, "a push would wait for a comparison, and CodeBuild's usual quota is 20 or less")
    ] = 5
    """Copies that run at a time; EventBridge tries again for what finds no place."""

    log_retention_days: LogRetentionDays = 365
    """Days for which the copies' logs are kept."""

    @field_validator("rpo")
    @classmethod
    def _comparisons_can_keep_it(cls, rpo: int, info: ValidationInfo) -> int:
        least = info.data.get("interval_minutes", 0) + 2 * info.data.get("timeout_minutes", 0)
        if rpo <= least:
            raise Refusal(
                f"comparisons begin every {info.data.get('interval_minutes')} minutes and may take"
                f" {info.data.get('timeout_minutes')}, so that the alarm would be raised without a fault",
                f"use more than {least}, or shorten one of the two",
            )
        return rpo

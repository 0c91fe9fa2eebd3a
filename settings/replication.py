"""Settings of the replication between the two regions: each default safe for production."""

from collections.abc import Mapping
from typing import Annotated

from pydantic import ValidationInfo, field_validator

from settings.types import IdentityPoolId, ImageDigest, Model, Refusal, between, matching

WRITER_IMAGE = "bigtable-writer"
"""What the image of services/bigtable_writer is called in the registries."""


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
            72, 8760, "Kinesis keeps records for at most a year, and less than three days do not outlast a weekend"
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

    provider: IdentityPoolId = "primary-cluster"
    """What the pool of `federation` calls the primary's cluster, whose pods copy the secrets."""

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

"""Settings of the failover: what it promises, how writers stop, how often it is rehearsed and by whom it is run."""

from typing import Annotated

from pydantic import ValidationInfo, field_validator

from settings.front_door import GOOGLE_BUCKET
from settings.gcp.cluster import IamMembers
from settings.types import Fixed, ImageDigest, Model, Refusal, between, matching
from settings.vendor import SAMPLE_DIGEST

FAILOVER_IMAGE = "failover"
"""What the image of the program is called in the registries."""

WeeklySchedule = Annotated[
    str,
    *matching(
        r"[0-5]?\d ([01]?\d|2[0-3]) \* \* [0-6]",
        "a rehearsal runs once a week, at a minute and an hour of one day",
        "write minute, hour and day of the week in cron's words, such as 0 13 * * 2 for Tuesday at 13:00 UTC",
    ),
]


RecordsBucketName = Annotated[
    str,
    *matching(
        GOOGLE_BUCKET,
        "Cloud Storage has no bucket of this name, so that no run could be recorded",
        "use 3 to 63 lower-case letters, digits, hyphens and underscores, without google",
    ),
]


class JobSettings(Model):
    """One job of the failover's on Cloud Run."""

    cpu: Annotated[int, *between(1, 8, "Cloud Run gives a task 1 to 8 CPUs")] = 1
    """CPUs of a run."""

    memory_mib: Annotated[
        int, *between(512, 32768, "a task has at most 32 GiB, and with less than 512 MiB the program is killed")
    ] = 1024
    """Memory of a run in MiB."""

    timeout_minutes: Annotated[
        int, *between(5, 1440, "shorter it would end in the middle of a step, and a longer one nobody waits for")
    ]
    """Minutes after which a run is ended."""


class FailoverSettings(Model):
    """The failover as a program (`python -m failover`)."""

    records_bucket: Fixed[RecordsBucketName]
    """Bucket of the runs' records and of what a failover must know; its name is one among all of Google's."""

    rto_minutes: Annotated[
        int,
        *between(10, 24 * 60, "writers' leases, promotion and DNS take ten minutes at best, and a day is no objective"),
    ] = 30
    """Recovery-time objective in minutes: from the decision to fail over until users are served again."""

    fence_lease_seconds: Annotated[
        int,
        *between(
            60,
            3600,
            "a passing fault of Cloud Storage, or of the way there, would stop the primary's writes, or a failover "
            "with AWS dark would wait for an hour and more",
        ),
    ] = 180
    """Seconds without a clear answer for its fence after which a writer stops by itself: what a failover waits for
    where nobody can say that the primary has stopped."""

    rehearsal_schedule: WeeklySchedule = "0 13 * * 2"
    """When a rehearsal begins, each week, in UTC: best while people are at work."""

    rehearsal_days: Annotated[
        int, *between(8, 60, "rehearsals are a week apart, and an unproved failover of two months ago proves nothing")
    ] = 8
    """Days within which a rehearsal must have succeeded: a week, and a day to mend one."""

    record_days: Annotated[
        int, *between(90, 3650, "a quarter's rehearsals are what an auditor asks for first, and ten years are enough")
    ] = 400
    """Days for which records of runs and answers of jobs are kept."""

    image_digest: ImageDigest = SAMPLE_DIGEST
    """The program's image in the standby's registry, as the publish workflow printed its digest."""

    database_job: JobSettings = JobSettings(timeout_minutes=30)
    """The job that runs statements in the standby's database."""

    rehearsal_job: JobSettings = JobSettings(timeout_minutes=240)
    """The job that rehearses: copies of the stores must be made, and removed."""

    operators: IamMembers = ()
    """IAM members who may fail over, such as group:oncall@example.com: exactly what the steps need."""

    @field_validator("fence_lease_seconds")
    @classmethod
    def _waiting_leaves_time(cls, lease: int, info: ValidationInfo) -> int:
        rto = info.data.get("rto_minutes")
        if rto and lease > rto * 60 // 2:
            raise Refusal(
                f"a failover would wait for more than half of the {rto} minutes that it may take",
                f"use {rto * 60 // 2} or less, or raise rto_minutes",
            )
        return lease

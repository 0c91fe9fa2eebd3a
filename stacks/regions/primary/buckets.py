"""The primary region's buckets."""

import pulumi

from components.aws import bucket
from components.aws.bucket import Bucket, Lock
from components.aws.component import Scope
from components.aws.keys import Keys
from settings.stacks import Prod


def build(
    settings: Prod, scope: Scope, *, keys: Keys, opts: pulumi.ResourceOptions, late: pulumi.ResourceOptions
) -> tuple[dict[str, Bucket], Bucket]:
    """Register the buckets; returns them by what they hold, and the one of access logs.

    `late` are the options of what holds up nothing.
    """
    storage = settings.storage
    access_logs = Bucket(
        "access-logs",
        scope,
        data_class="internal",
        key_arn=None,
        noncurrent_days=storage.noncurrent_days,
        expire_days=storage.log_days,
        receives=[bucket.access_logs],
        opts=opts,
    )
    logs = Bucket(
        "logs",
        scope,
        data_class="internal",
        key_arn=keys.arns["logs"],
        noncurrent_days=storage.noncurrent_days,
        expire_days=storage.log_days,
        receives=[bucket.delivered_logs, bucket.inventories],
        access_logs=access_logs,
        opts=opts,
    )
    applications = {
        use: Bucket(
            use,
            scope,
            data_class=declared.data_class,
            key_arn=keys.arns["objects"],
            noncurrent_days=storage.noncurrent_days,
            access_logs=access_logs,
            inventories=logs,
            opts=late,
        )
        for use, declared in settings.buckets.items()
    }
    backups = Bucket(
        "backups",
        scope,
        data_class="confidential",
        key_arn=keys.arns["objects"],
        noncurrent_days=storage.noncurrent_days,
        expire_days=storage.backup_days,
        lock=Lock(storage.object_lock, storage.object_lock_days),
        access_logs=access_logs,
        inventories=logs,
        opts=late,
    )
    return {**applications, "backups": backups, "logs": logs}, access_logs

"""The standby region's buckets."""

import pulumi

from components.gcp.bucket import Bucket, Retention
from components.gcp.component import Scope
from components.gcp.keys import Keys
from settings.stacks import Dr


def build(settings: Dr, scope: Scope, *, keys: Keys, opts: pulumi.ResourceOptions) -> tuple[dict[str, Bucket], Bucket]:
    """Register the buckets; returns them by what they hold, and the one of failovers' records."""
    storage = settings.storage
    logs = Bucket(
        "logs",
        scope,
        storage,
        data_class="internal",
        regions=settings.regions,
        key_id=keys.ids["log-objects"],
        expire_days=storage.log_days,
        opts=opts,
    )
    usage_logs = logs.receive_usage_logs() if storage.usage_logs else None
    applications = {
        use: Bucket(
            use,
            scope,
            storage,
            data_class=declared.data_class,
            regions=settings.regions,
            key_id=keys.ids["objects"],
            usage_logs=usage_logs,
            opts=opts,
        )
        for use, declared in settings.buckets.items()
    }
    backups = Bucket(
        "backups",
        scope,
        storage,
        data_class="confidential",
        regions=settings.regions,
        key_id=keys.ids["objects"],
        expire_days=storage.backup_days,
        retention=Retention(storage.retention_days, locked=storage.retention == "locked"),
        usage_logs=usage_logs,
        opts=opts,
    )
    copies = Bucket(
        "vault-copies",
        scope,
        storage,
        data_class="restricted",
        regions=settings.regions,
        key_id=keys.ids["objects"],
        usage_logs=usage_logs,
        opts=opts,
    )
    days = settings.failover.record_days
    records = Bucket(
        "records",
        scope,
        storage,
        data_class="confidential",
        regions=settings.regions,
        key_id=keys.ids["objects"],
        bucket=settings.failover.records_bucket,
        expire_under=dict.fromkeys(("acknowledged/", "history/", "results/"), days),
        usage_logs=usage_logs,
        opts=opts,
    )
    return {**applications, "backups": backups, "logs": logs, "vault-copies": copies}, records

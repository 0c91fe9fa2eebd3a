"""Where the project's logs are kept, and for how long."""

import pulumi
from pulumi_gcp import logging, storage

from components.gcp.component import GcpComponent, Scope
from settings.gcp.observability import LogSettings

AUDIT = " OR ".join(
    f'log_id("cloudaudit.googleapis.com/{log}")'
    for log in ("access_transparency", "activity", "data_access", "policy", "system_event")
)
"""Who did what: logs that are kept for auditors."""


class Logs(GcpComponent):
    """Two buckets in the region, under the platform's key: audit logs for years, everything else for months.

    The sink `_Default`, which every project has, fills the second one instead of Google's own bucket `_Default`, which
    has no key of ours. What Google keeps in `_Required` (admin activity and system events, 400 days, its own
    encryption) nobody can change or turn off: the audit bucket holds it a second time, for longer. No right to read is
    given to anybody here: data access may name people, and `roles/logging.viewAccessor` on a view is the narrow way.
    """

    bucket_ids: dict[str, pulumi.Output[str]]
    """projects/<project>/locations/<region>/buckets/<name>, of `platform` and `audit`."""

    def __init__(
        self,
        name: str,
        scope: Scope,
        settings: LogSettings,
        *,
        key_id: pulumi.Input[str],
        archive: pulumi.Input[str] | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """Make buckets and sinks; `archive` names a Cloud Storage bucket that audit logs are copied to as well."""
        super().__init__("Logs", name, scope, "restricted", opts)
        platform = self._bucket(name, "platform", settings.platform_days, False, settings, key_id)
        audit = self._bucket(name, "audit", settings.audit_days, settings.audit_locked, settings, key_id)
        self.bucket_ids = {"platform": platform, "audit": audit}
        logging.ProjectSink(
            f"{name}-default",
            # Google's: it is taken over, and left behind as it is when this stack goes.
            name="_Default",
            description="Everything but audit logs",
            destination=pulumi.Output.concat("logging.googleapis.com/", platform),
            filter=f"NOT ({AUDIT})",
            exclusions=[{"name": key, "filter": text} for key, text in sorted(settings.exclusions.items())],
            unique_writer_identity=True,
            opts=self.child(),
        )
        logging.ProjectSink(
            f"{name}-audit",
            description="Audit logs",
            destination=pulumi.Output.concat("logging.googleapis.com/", audit),
            filter=AUDIT,
            # Without a grant: a sink may always fill a log bucket of its own project.
            unique_writer_identity=True,
            opts=self.child(),
        )
        if archive is not None:
            self._archive(name, archive)
        self.register_outputs({"bucketIds": self.bucket_ids})

    def _bucket(
        self, name: str, use: str, days: int, locked: bool, settings: LogSettings, key_id: pulumi.Input[str]
    ) -> pulumi.Output[str]:
        return logging.ProjectBucketConfig(
            f"{name}-{use}",
            bucket_id=use,
            project=self.scope.project,
            location=self.scope.region,
            description=f"The project's {use} logs",
            retention_days=days,
            locked=locked,
            enable_analytics=settings.analytics,
            cmek_settings={"kms_key_name": key_id},
            opts=self.child(stateful=True),
        ).id

    def _archive(self, name: str, bucket: pulumi.Input[str]) -> None:
        sink = logging.ProjectSink(
            f"{name}-archive",
            description="Audit logs, for long",
            destination=pulumi.Output.concat("storage.googleapis.com/", bucket),
            filter=AUDIT,
            unique_writer_identity=True,
            opts=self.child(),
        )
        storage.BucketIAMMember(
            f"{name}-archive",
            bucket=bucket,
            role="roles/storage.objectCreator",
            member=sink.writer_identity,
            opts=self.child(),
        )

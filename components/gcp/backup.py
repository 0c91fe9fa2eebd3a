"""Backups of what runs in the cluster: its configuration and volumes, kept in a second region."""

import pulumi
from pulumi_gcp import gkebackup

from components.gcp.component import GcpComponent, Scope
from settings.gcp.backup import BackupSettings


class Backup(GcpComponent):
    """Backup for GKE: all namespaces with their secrets and volumes, under our key, out of reach of a lost region.

    Nobody can delete a backup in its first days. It is no archive of data: databases, buckets and topics keep backups
    of their own; this brings back what a cluster holds itself, above all volumes. Two plans restore it: everything
    into a cluster that was made anew, where Config Sync and Flux may have been first, whose objects then stay; and one
    namespace beside itself, to rehearse. People and programs start a restore; none starts by itself. A backup fails
    loudly when it meets what it could not restore, instead of leaving it out.
    """

    plan_id: pulumi.Output[str]
    """projects/<project>/locations/<second region>/backupPlans/<name>."""

    restore_plan_ids: dict[str, pulumi.Output[str]]
    """projects/<project>/locations/<region>/restorePlans/<name>, by purpose: `everything`, `rehearsal`."""

    def __init__(
        self,
        name: str,
        scope: Scope,
        settings: BackupSettings,
        *,
        cluster_id: pulumi.Input[str],
        location: str,
        key_id: pulumi.Input[str],
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """Make the plans; `location` is the region that keeps the backups, and the key's."""
        super().__init__("Backup", name, scope, "confidential", opts)
        plan = gkebackup.BackupPlan(
            f"{name}-plan",
            cluster=cluster_id,
            location=location,
            backup_config={
                "all_namespaces": True,
                "include_secrets": True,
                "include_volume_data": True,
                "permissive_mode": False,
                "encryption_key": {"gcp_kms_encryption_key": key_id},
            },
            backup_schedule={"rpo_config": {"target_rpo_minutes": settings.rpo_minutes}},
            retention_policy={
                "backup_retain_days": settings.days,
                "backup_delete_lock_days": settings.locked_days if scope.protect else 0,
                "locked": False,
            },
            opts=self.child(stateful=True),
        )
        configs: dict[str, gkebackup.RestorePlanRestoreConfigArgsDict] = {
            "everything": {
                "all_namespaces": True,
                "namespaced_resource_restore_mode": "MERGE_SKIP_ON_CONFLICT",
                "volume_data_restore_policy": "RESTORE_VOLUME_DATA_FROM_BACKUP",
                "cluster_resource_restore_scope": {"all_group_kinds": True},
                "cluster_resource_conflict_policy": "USE_EXISTING_VERSION",
            },
            "rehearsal": _beside_itself(settings.rehearsal_namespace),
        }
        self.plan_id = plan.id
        self.restore_plan_ids = {
            purpose: gkebackup.RestorePlan(
                f"{name}-{purpose}",
                backup_plan=plan.id,
                cluster=cluster_id,
                # A restore plan stands in its cluster's region.
                location=scope.region,
                restore_config=config,
                opts=self.child(),
            ).id
            for purpose, config in configs.items()
        }
        self.register_outputs({"planId": self.plan_id, "restorePlanIds": self.restore_plan_ids})


def _beside_itself(namespace: str) -> gkebackup.RestorePlanRestoreConfigArgsDict:
    """Restore a namespace under another name, so that the living one is not touched."""
    copy = f"{namespace}-rehearsal"
    return {
        "selected_namespaces": {"namespaces": [namespace]},
        "namespaced_resource_restore_mode": "FAIL_ON_CONFLICT",
        "volume_data_restore_policy": "RESTORE_VOLUME_DATA_FROM_BACKUP",
        "cluster_resource_restore_scope": {"no_group_kinds": True},
        "transformation_rules": [
            {
                "description": "The namespace under its new name",
                "resource_filter": {
                    "group_kinds": [{"resource_kind": "Namespace"}],
                    "json_path": f".metadata[?(@.name == '{namespace}')]",
                },
                "field_actions": [{"op": "REPLACE", "path": "/metadata/name", "value": copy}],
            },
            {
                "description": "What is in it",
                "resource_filter": {"namespaces": [namespace]},
                "field_actions": [{"op": "REPLACE", "path": "/metadata/namespace", "value": copy}],
            },
        ],
    }

"""Locked backups of whatever carries its tags, copied to a second region and restored on trial."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import pulumi
from pulumi_aws import backup

from components.aws.component import AwsComponent, Scope
from components.aws.iam import Role, Statement, role, service_trust
from components.aws.keys import KeyUse, customer_key
from settings.aws import KeySettings
from settings.data import BackupSettings

# What holds data of its own. Disks of nodes and pods hold none that is not also in one of these.
RESOURCES = ("arn:aws:dynamodb:*:*:table/*", "arn:aws:rds:*:*:cluster:*", "arn:aws:s3:::*")

# Names of the same services in AWS Backup; copying DynamoDB's backups takes their full management.
# https://docs.aws.amazon.com/aws-backup/latest/devguide/backup-feature-availability.html
SERVICES = ("Aurora", "DynamoDB", "S3")


@dataclass(frozen=True)
class RestoreTest:
    """Resources of one service to restore on trial, and what AWS Backup cannot infer about their restoration.

    https://docs.aws.amazon.com/aws-backup/latest/devguide/restore-testing-inferred-metadata.html
    """

    arns: Sequence[pulumi.Input[str]]
    overrides: Mapping[str, pulumi.Input[str]] = field(default_factory=dict)


class Backup(AwsComponent):
    """A vault here and one in a second region, each locked and under a key of its own, and a plan a class of data.

    The tag `data-class` decides how long a backup is kept; resources join by carrying the environment's tags. The
    locks keep everyone from shortening a backup's life, and a compliance lock even AWS. Databases keep their own
    continuous backups beside these, which survive what those do not: the loss of the cluster, or of the region.
    """

    vault_arn: pulumi.Output[str]
    copy_vault_arn: pulumi.Output[str]

    def __init__(
        self,
        name: str,
        scope: Scope,
        settings: BackupSettings,
        *,
        identifier: str,
        key_arn: pulumi.Input[str],
        key_settings: KeySettings,
        excluded_arns: Sequence[pulumi.Input[str]] = (),
        restore_tests: Mapping[str, RestoreTest],
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """Make the vaults and plans.

        `identifier` names the restore tests, since AWS names none; `restore_tests` are by service, such as `Aurora`;
        Resources of `excluded_arns` are left out.
        """
        super().__init__("Backup", name, scope, "confidential", opts)
        self._prefix, self._settings = name, settings
        region = settings.copy_region
        copy_key = customer_key(
            self, f"{name}-{region}", key_settings, KeyUse("Backups", "confidential"), region=region
        )
        vault = self._vault(f"{name}-vault", key_arn)
        copies = self._vault(f"{name}-copies", copy_key.arn, region=region)
        if settings.region_settings == "managed":
            backup.RegionSettings(
                f"{name}-services",
                resource_type_opt_in_preference=dict.fromkeys(SERVICES, True),
                resource_type_management_preference={"DynamoDB": True},
                # AWS tells of every service it knows, and takes none that the region lacks: the rest would be a change
                # in each plan.
                opts=self.child(ignore_changes=["resourceTypeManagementPreference", "resourceTypeOptInPreference"]),
            )
        trust = service_trust("backup.amazonaws.com", scope.account_id)
        keeper = role(
            f"{name}-keeper",
            trust,
            self,
            description="Makes and copies backups",
            managed=["service-role/AWSBackupServiceRolePolicyForBackup", "AWSBackupServiceRolePolicyForS3Backup"],
        )
        for data_class, days in settings.days.items():
            self._plan(data_class, days, vault, copies, keeper, excluded_arns)
        self._restore_tests(identifier, vault, trust, restore_tests)
        self.vault_arn, self.copy_vault_arn = vault.arn, copies.arn
        self.register_outputs({"vaultArn": self.vault_arn, "copyVaultArn": self.copy_vault_arn})

    def _vault(self, name: str, key_arn: pulumi.Input[str], *, region: str | None = None) -> backup.Vault:
        vault = backup.Vault(
            name,
            kms_key_arn=key_arn,
            force_destroy=not self.scope.protect,
            region=region,
            opts=self.child(stateful=True),
        )
        if self.scope.protect:
            compliance = self._settings.lock == "compliance"
            backup.VaultLockConfiguration(
                f"{name}-lock",
                backup_vault_name=vault.name,
                min_retention_days=min(self._settings.days.values()),
                # Without a grace the lock is one of governance.
                changeable_for_days=self._settings.lock_grace_days if compliance else None,
                region=region,
                opts=self.child(),
            )
        return vault

    def _plan(
        self,
        data_class: str,
        days: int,
        vault: backup.Vault,
        copies: backup.Vault,
        keeper: Role,
        excluded_arns: Sequence[pulumi.Input[str]],
    ) -> None:
        name, tags = f"{self._prefix}-{data_class}", {**self.tags, "data-class": data_class}
        plan = backup.Plan(
            name,
            rules=[
                {
                    "rule_name": "daily",
                    "target_vault_name": vault.name,
                    "schedule": self._settings.schedule,
                    "start_window": 60,
                    "completion_window": 720,
                    "lifecycle": {"delete_after": days},
                    "copy_actions": [{"destination_vault_arn": copies.arn, "lifecycle": {"delete_after": days}}],
                }
            ],
            opts=self.child(),
        )
        backup.Selection(
            name,
            plan_id=plan.id,
            iam_role_arn=keeper.arn,
            resources=list(RESOURCES),
            not_resources=list(excluded_arns),
            conditions=[
                {
                    "string_equals": [
                        {"key": f"aws:ResourceTag/{key}", "value": tags[key]}
                        for key in ("data-class", "environment", "service")
                    ]
                }
            ],
            opts=self.child(depends_on=keeper.policies),
        )

    def _restore_tests(
        self, identifier: str, vault: backup.Vault, trust: Statement, tests: Mapping[str, RestoreTest]
    ) -> None:
        restorer = role(
            f"{self._prefix}-restorer",
            trust,
            self,
            description="Restores backups on trial",
            managed=["service-role/AWSBackupServiceRolePolicyForRestores", "AWSBackupServiceRolePolicyForS3Restore"],
        )
        # AWS takes letters, digits and underscores here, and names no test itself.
        plan_name = identifier.replace("-", "_")
        plan = backup.RestoreTestingPlan(
            f"{self._prefix}-test",
            name=plan_name,
            schedule_expression=self._settings.restore_test_schedule,
            start_window_hours=8,
            recovery_point_selection={
                "algorithm": "LATEST_WITHIN_WINDOW",
                "include_vaults": [vault.arn],
                "recovery_point_types": ["SNAPSHOT"],
                "selection_window_days": 7,
            },
            opts=self.child(),
        )
        for service, test in tests.items():
            backup.RestoreTestingSelection(
                f"{self._prefix}-test-{service.lower()}",
                name=f"{plan_name}_{service.lower()}",
                restore_testing_plan_name=plan.name,
                protected_resource_type=service,
                protected_resource_arns=list(test.arns),
                restore_metadata_overrides=test.overrides or None,
                iam_role_arn=restorer.arn,
                validation_window_hours=1,
                opts=self.child(depends_on=restorer.policies),
            )

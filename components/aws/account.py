"""What an account has once: its audit trail, its recorder, its detective services and its safe defaults."""

from functools import partial

import pulumi
from pulumi_aws import ebs, ec2, iam, s3

from components.aws.audit import AuditTrail, trail_may_write
from components.aws.bucket import Bucket
from components.aws.component import AwsComponent, Scope
from components.aws.detection import DELIVERED, Detection
from components.aws.recorder import Recorder
from components.aws.watch.rows import Watched
from settings.security import SecuritySettings

# A record that was overwritten or deleted can be brought back for this long.
NONCURRENT_DAYS = 365


class AccountBaseline(AwsComponent):
    """The singletons of an account, and of its primary region; `security.external` leaves out any of them.

    An organisation often runs some for its accounts, and AWS refuses or overwrites a second one. What is regional
    stands in the primary region only, save the trail, which covers all.
    """

    watched: list[Watched]
    """What alarms watch of it."""

    def __init__(
        self,
        name: str,
        scope: Scope,
        settings: SecuritySettings,
        *,
        prefix: str,
        audit_key_arn: pulumi.Input[str],
        log_key_arn: pulumi.Input[str],
        volumes_key_arn: pulumi.Input[str],
        access_logs: Bucket,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """Make the baseline; what needs a chosen name is called `prefix`."""
        super().__init__("AccountBaseline", name, scope, "restricted", opts)
        child = self.child()
        self.watched = []
        own = {"cloudtrail", "config"} - set(settings.external)
        if own:
            bucket = Bucket(
                f"{name}-audit",
                scope,
                data_class="restricted",
                key_arn=audit_key_arn,
                noncurrent_days=NONCURRENT_DAYS,
                expire_days=settings.archive_days,
                receives=[partial(trail_may_write, trail_name=prefix)] if "cloudtrail" in own else [],
                access_logs=access_logs,
                tags=DELIVERED,
                opts=child,
            )
            if "cloudtrail" in own:
                trail = AuditTrail(
                    f"{name}-trail",
                    scope,
                    settings,
                    trail_name=prefix,
                    bucket=bucket,
                    key_arn=audit_key_arn,
                    log_key_arn=log_key_arn,
                    opts=child,
                )
                self.watched = trail.watched
            if "config" in own:
                Recorder(f"{name}-config", scope, pack_name=prefix, bucket=bucket, key_arn=audit_key_arn, opts=child)
        Detection(f"{name}-detection", scope, settings, opts=child)
        if "account-settings" not in settings.external:
            self._defaults(name, volumes_key_arn)
        self.register_outputs({})

    def _defaults(self, name: str, volumes_key_arn: pulumi.Input[str]) -> None:
        """Safe defaults for whatever is made by hand or by a service; this program states its own everywhere."""
        child = self.child()
        s3.AccountPublicAccessBlock(
            f"{name}-public-access",
            block_public_acls=True,
            block_public_policy=True,
            ignore_public_acls=True,
            restrict_public_buckets=True,
            opts=child,
        )
        ebs.DefaultKmsKey(f"{name}-volumes", key_arn=volumes_key_arn, opts=child)
        ebs.EncryptionByDefault(f"{name}-volumes", enabled=True, opts=child)
        ebs.SnapshotBlockPublicAccess(f"{name}-snapshots", state="block-all-sharing", opts=child)
        ec2.ImageBlockPublicAccess(f"{name}-images", state="block-new-sharing", opts=child)
        ec2.InstanceMetadataDefaults(
            f"{name}-metadata",
            http_endpoint="enabled",
            http_tokens="required",
            http_put_response_hop_limit=1,
            instance_metadata_tags="disabled",
            opts=child,
        )
        ec2.SerialConsoleAccess(f"{name}-serial-console", enabled=False, opts=child)
        # People come by federation; this binds the users that remain (CIS AWS Foundations 3.0.0, 1.8 and 1.9).
        iam.AccountPasswordPolicy(
            f"{name}-passwords",
            minimum_password_length=14,
            password_reuse_prevention=24,
            max_password_age=90,
            require_lowercase_characters=True,
            require_uppercase_characters=True,
            require_numbers=True,
            require_symbols=True,
            allow_users_to_change_password=True,
            opts=child,
        )

"""The account's audit trail: who did what, in every region, in a bucket and in CloudWatch."""

from collections.abc import Mapping

import pulumi
from pulumi_aws import cloudtrail, cloudwatch

from components.aws.bucket import Bucket
from components.aws.component import AwsComponent, Scope
from components.aws.iam import Statement, allow, role, service_trust
from components.aws.logs import log_group
from components.aws.watch.rows import Alarm, Watched
from settings.security import SecuritySettings

SERVICE = "cloudtrail.amazonaws.com"

DATA_RESOURCES: Mapping[str, str] = {"dynamodb": "AWS::DynamoDB::Table", "s3": "AWS::S3::Object"}
"""The type of resource whose reads and writes the trail records, by its name in the settings."""

# A person or a key that acts as root; a service that acts for the account is left out (CIS AWS Foundations 1.4.0, 4.3).
ROOT_USE = '{ $.userIdentity.type = "Root" && $.userIdentity.invokedBy NOT EXISTS && $.eventType != "AwsServiceEvent" }'


def trail_may_write(scope: Scope, bucket_arn: pulumi.Output[str], *, trail_name: str) -> list[Statement]:
    """What a bucket's policy must allow one trail of this account.

    https://docs.aws.amazon.com/awscloudtrail/latest/userguide/create-s3-bucket-policy-for-cloudtrail.html
    """
    service = {"Service": SERVICE}
    trail = {"aws:SourceArn": scope.arn("cloudtrail", f"trail/{trail_name}")}
    return [
        allow(["s3:GetBucketAcl"], bucket_arn, sid="TrailCheck", principal=service, conditions={"StringEquals": trail}),
        allow(
            ["s3:PutObject"],
            pulumi.Output.concat(bucket_arn, f"/AWSLogs/{scope.account_id}/*"),
            sid="TrailWrite",
            principal=service,
            conditions={"StringEquals": {**trail, "s3:x-amz-acl": "bucket-owner-full-control"}},
        ),
    ]


class AuditTrail(AwsComponent):
    """A trail of all regions, encrypted, whose files prove that nobody changed them.

    It records every management event, and the reads and writes of the stores that the settings name. CloudWatch holds
    a copy to search. Use of the root user is counted from that copy: its events come in whatever region it signed in
    to, where an EventBridge rule of this region would not see them.
    """

    arn: pulumi.Output[str]
    watched: list[Watched]
    """What alarms watch of it."""

    def __init__(
        self,
        name: str,
        scope: Scope,
        settings: SecuritySettings,
        *,
        trail_name: str,
        bucket: Bucket,
        key_arn: pulumi.Input[str],
        log_key_arn: pulumi.Input[str],
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """Make the trail; its name is chosen, because the bucket's policy names it."""
        super().__init__("AuditTrail", name, scope, "restricted", opts)
        log = log_group(self, f"{name}-events", retention_days=settings.trail_log_days, key_arn=log_key_arn)
        # CloudTrail sends no source account when it assumes the role; the role writes to this log group alone.
        writer = role(
            f"{name}-log-writer",
            service_trust(SERVICE),
            self,
            description="CloudTrail's copy in CloudWatch",
            inline={
                "log": [
                    allow(
                        ["logs:CreateLogStream", "logs:PutLogEvents"],
                        pulumi.Output.concat(log.arn, f":log-stream:{scope.account_id}_CloudTrail_*"),
                    )
                ]
            },
        )
        trail = cloudtrail.Trail(
            f"{name}-trail",
            name=trail_name,
            s3_bucket_name=bucket.name,
            kms_key_id=key_arn,
            is_multi_region_trail=True,
            include_global_service_events=True,
            enable_log_file_validation=True,
            cloud_watch_logs_group_arn=pulumi.Output.concat(log.arn, ":*"),
            cloud_watch_logs_role_arn=writer.arn,
            advanced_event_selectors=[
                {
                    "name": "Management events",
                    "field_selectors": [{"field": "eventCategory", "equals": ["Management"]}],
                },
                *(_data_events(store, bucket.arn) for store in settings.data_events),
            ],
            insight_selectors=[{"insight_type": kind} for kind in ("ApiCallRateInsight", "ApiErrorRateInsight")]
            if settings.insights
            else None,
            opts=self.child(depends_on=[bucket.policy, *writer.policies]),
        )
        self.watched = [self._root_use(name, trail_name, log)]
        self.arn = trail.arn
        self.register_outputs({"arn": self.arn})

    def _root_use(self, name: str, trail_name: str, log: cloudwatch.LogGroup) -> Watched:
        namespace, metric = f"{trail_name}/audit", "RootUse"
        cloudwatch.LogMetricFilter(
            f"{name}-root-use",
            log_group_name=log.name,
            pattern=ROOT_USE,
            metric_transformation={"namespace": namespace, "name": metric, "value": "1", "default_value": "0"},
            opts=self.child(),
        )
        why = "Somebody acts as the account's root user: find out who, and why no role would do."
        alarm = Alarm("root-use", (metric,), "Sum", 0, "page", why, period=300, periods=1, missing="notBreaching")
        return Watched("audit", "Account", namespace, {}, (alarm,))


def _data_events(store: str, bucket_arn: pulumi.Output[str]) -> cloudtrail.TrailAdvancedEventSelectorArgsDict:
    """Every read and write of a store, save in the trail's own bucket: each file would be an event in the next."""
    resource_type = DATA_RESOURCES[store]
    fields: list[pulumi.Input[cloudtrail.TrailAdvancedEventSelectorFieldSelectorArgsDict]] = [
        {"field": "eventCategory", "equals": ["Data"]},
        {"field": "resources.type", "equals": [resource_type]},
    ]
    if store == "s3":
        fields.append({"field": "resources.ARN", "not_starts_withs": [pulumi.Output.concat(bucket_arn, "/")]})
    return {"name": f"Data events of {resource_type}", "field_selectors": fields}

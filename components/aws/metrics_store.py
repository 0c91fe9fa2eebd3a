"""What keeps the cluster's metrics after the cluster, in Amazon Managed Service for Prometheus."""

import pulumi
from pulumi_aws import amp, cloudwatch

from components.aws.component import AwsComponent, Scope
from components.aws.iam import allow, document
from components.aws.logs import log_group


class MetricsStore(AwsComponent):
    """A workspace that Prometheus writes to and Grafana asks: encrypted, kept for a stated time, its errors logged.

    It only keeps: rules and alerts run in the cluster's own Prometheus, so that a lost link to it silences nothing.
    """

    arn: pulumi.Output[str]
    endpoint: pulumi.Output[str]
    """https://aps-workspaces.<region>.amazonaws.com/workspaces/<id>/, known once metrics are kept as long as stated."""

    def __init__(
        self,
        name: str,
        scope: Scope,
        *,
        alias: str,
        stored_days: int,
        log_retention_days: int,
        key_arn: pulumi.Input[str],
        log_key_arn: pulumi.Input[str],
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """Make the workspace; `alias` is chosen because its log group's name has it."""
        super().__init__("MetricsStore", name, scope, "internal", opts)
        # The service takes log groups of this prefix only.
        # https://docs.aws.amazon.com/prometheus/latest/userguide/CW-logs.html
        log = log_group(
            self,
            f"{name}-log",
            group_name=f"/aws/vendedlogs/prometheus/{alias}",
            retention_days=log_retention_days,
            key_arn=log_key_arn,
        )
        log_arn = pulumi.Output.concat(log.arn, ":*")
        admitted = cloudwatch.LogResourcePolicy(
            f"{name}-log",
            policy_name=f"{alias}-{name}",
            policy_document=document(
                allow(
                    ["logs:CreateLogStream", "logs:PutLogEvents"],
                    log_arn,
                    sid="Prometheus",
                    principal={"Service": "delivery.logs.amazonaws.com"},
                    conditions={"StringEquals": {"aws:SourceAccount": scope.account_id}},
                )
            ),
            opts=self.child(),
        )
        workspace = amp.Workspace(
            f"{name}-workspace",
            alias=alias,
            kms_key_arn=key_arn,
            logging_configuration={"log_group_arn": log_arn},
            opts=self.child(stateful=True, depends_on=[admitted]),
        )
        kept = amp.WorkspaceConfiguration(
            f"{name}-retention",
            workspace_id=workspace.id,
            retention_period_in_days=stored_days,
            opts=self.child(),
        )
        self.arn = workspace.arn
        self.endpoint = pulumi.Output.all(workspace.prometheus_endpoint, kept.workspace_id).apply(
            lambda known: known[0]
        )
        self.register_outputs({"arn": self.arn, "endpoint": self.endpoint})

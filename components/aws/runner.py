"""GitHub Actions jobs inside the VPC, where the cluster's private API answers: CodeBuild as GitHub's runner."""

from collections.abc import Sequence

import pulumi
from pulumi_aws import codebuild, codeconnections, ec2, vpc

from components.aws.component import AwsComponent, Scope
from components.aws.iam import Statement, allow, role, service_trust
from components.aws.keys import USE
from components.aws.logs import log_group
from components.aws.network import ANYWHERE, Network
from settings.security import RunnerSettings

# https://docs.aws.amazon.com/codebuild/latest/userguide/build-env-ref-available.html
IMAGE = "aws/codebuild/amazonlinux-aarch64-standard:3.0"


class Runner(AwsComponent):
    """A build project that GitHub's queued jobs start, one machine a job, gone afterwards.

    Its network position is all it gives: it may reach the cluster's API and HTTPS, nobody reaches it, and its own role
    reads nothing. What a job may do comes from the role it assumes, by GitHub's OIDC or, where the settings name one,
    from here. A person authorises the connection to GitHub once, in the console; until then there is no project.
    https://docs.aws.amazon.com/codebuild/latest/userguide/action-runner.html
    """

    connection_arn: pulumi.Output[str]

    def __init__(
        self,
        name: str,
        scope: Scope,
        settings: RunnerSettings,
        *,
        project_name: str,
        network: Network,
        cluster_clients_group_id: pulumi.Input[str],
        key_arn: pulumi.Input[str],
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """Make the runner; its name is chosen, because jobs name it: `runs-on: codebuild-<project_name>-…`.

        The key encrypts its log and whatever CodeBuild keeps of a job.
        """
        super().__init__("Runner", name, scope, "internal", opts)
        connection = codeconnections.Connection(f"{name}-github", provider_type="GitHub", opts=self.child())
        self.connection_arn = connection.arn
        if settings.connected:
            self._project(name, settings, project_name, network, cluster_clients_group_id, key_arn)
        self.register_outputs({"connectionArn": self.connection_arn})

    def _project(
        self,
        name: str,
        settings: RunnerSettings,
        project_name: str,
        network: Network,
        cluster_clients_group_id: pulumi.Input[str],
        key_arn: pulumi.Input[str],
    ) -> None:
        child = self.child()
        subnets = network.subnet_ids["private"]
        log = log_group(self, f"{name}-jobs", retention_days=settings.log_retention_days, key_arn=key_arn)
        group = ec2.SecurityGroup(f"{name}-jobs", description="CI jobs", vpc_id=network.vpc_id, opts=child)
        vpc.SecurityGroupEgressRule(
            f"{name}-jobs-https",
            security_group_id=group.id,
            cidr_ipv4=ANYWHERE,
            description="HTTPS to GitHub, AWS and registries",
            ip_protocol="tcp",
            from_port=443,
            to_port=443,
            opts=child,
        )
        service = role(
            f"{name}-jobs",
            service_trust("codebuild.amazonaws.com", self.scope.account_id),
            self,
            description="CI jobs in the VPC",
            inline={
                "build": [
                    allow(
                        ["logs:CreateLogStream", "logs:PutLogEvents"], pulumi.Output.concat(log.arn, ":*"), sid="Log"
                    ),
                    allow(USE, key_arn, sid="Key"),
                    allow(
                        ["codeconnections:GetConnection", "codeconnections:GetConnectionToken"],
                        self.connection_arn,
                        sid="GitHub",
                    ),
                    *interfaces(self.scope, subnets),
                ],
                **(
                    {"apply": [allow(["sts:AssumeRole", "sts:TagSession"], settings.apply_role, sid="Apply")]}
                    if settings.apply_role
                    else {}
                ),
            },
        )
        project = codebuild.Project(
            f"{name}-jobs",
            name=project_name,
            description="GitHub Actions jobs in the VPC",
            service_role=service.arn,
            build_timeout=settings.timeout_minutes,
            concurrent_build_limit=settings.concurrent_jobs,
            encryption_key=key_arn,
            artifacts={"type": "NO_ARTIFACTS"},
            environment={
                "type": "ARM_CONTAINER",
                "compute_type": settings.compute,
                "image": IMAGE,
                "image_pull_credentials_type": "CODEBUILD",
                "privileged_mode": False,
            },
            logs_config={
                "cloudwatch_logs": {"status": "ENABLED", "group_name": log.name},
                "s3_logs": {"status": "DISABLED"},
            },
            source={
                "type": "GITHUB",
                "location": f"https://github.com/{settings.repository}.git",
                "auth": {"type": "CODECONNECTIONS", "resource": self.connection_arn},
                "git_clone_depth": 1,
            },
            vpc_config={
                "vpc_id": network.vpc_id,
                "subnets": subnets,
                "security_group_ids": [group.id, cluster_clients_group_id],
            },
            opts=self.child(depends_on=service.policies),
        )
        codebuild.Webhook(
            f"{name}-jobs",
            project_name=project.name,
            build_type="BUILD",
            filter_groups=[{"filters": [{"type": "EVENT", "pattern": "WORKFLOW_JOB_QUEUED"}]}],
            opts=child,
        )


def interfaces(scope: Scope, subnet_ids: pulumi.Input[Sequence[pulumi.Input[str]]]) -> list[Statement]:
    """What CodeBuild needs to put a job's network interface into the subnets.

    https://docs.aws.amazon.com/codebuild/latest/userguide/auth-and-access-control-iam-identity-based-access-control.html
    """
    subnets = pulumi.Output.from_input(subnet_ids).apply(
        lambda known: [scope.arn("ec2", f"subnet/{subnet_id}") for subnet_id in known]
    )
    others = [scope.arn("ec2", "network-interface/*"), scope.arn("ec2", "security-group/*")]
    return [
        # AWS has no resource-level permission for these reads.
        allow(
            [
                "ec2:DescribeDhcpOptions",
                "ec2:DescribeNetworkInterfaces",
                "ec2:DescribeSecurityGroups",
                "ec2:DescribeSubnets",
                "ec2:DescribeVpcs",
            ],
            "*",
            sid="ReadNetwork",
        ),
        allow(
            ["ec2:CreateNetworkInterface", "ec2:DeleteNetworkInterface"],
            subnets.apply(lambda known: [*known, *others]),
            sid="Interfaces",
        ),
        allow(
            ["ec2:CreateNetworkInterfacePermission"],
            scope.arn("ec2", "network-interface/*"),
            sid="LendInterfaces",
            conditions={
                "StringEquals": {"ec2:AuthorizedService": "codebuild.amazonaws.com"},
                "ArnEquals": {"ec2:Subnet": subnets},
            },
        ),
    ]

"""CodeBuild projects."""

import re
from collections.abc import Iterator

from pulumi_policy import Severity

from guardrails.checks import off, present
from guardrails.model import Finding, ResourceRule
from guardrails.subject import Node

PROJECT = ("aws:codebuild/project:Project",)

CREDENTIAL = re.compile(r"SECRET|TOKEN|PASSWORD|CREDENTIAL|ACCESS_KEY|PRIVATE_KEY|API_KEY")
"""Names of variables that hold a credential."""


def _logs(project: Node) -> Iterator[Finding]:
    cloudwatch = project.text("logsConfig.cloudwatchLogs.status", "ENABLED")
    if cloudwatch != "ENABLED" and project.text("logsConfig.s3Logs.status", "DISABLED") != "ENABLED":
        yield Finding("logsConfig", "turns off both logs")


def _no_credentials(project: Node) -> Iterator[Finding]:
    for variable in project.items("environment.environmentVariables"):
        if variable.text("type", "PLAINTEXT") == "PLAINTEXT" and CREDENTIAL.search(variable.text("name").upper()):
            yield Finding(variable.at("type"), "is PLAINTEXT for what its name calls a credential")


RULES = (
    ResourceRule(
        id="aws-codebuild-not-privileged",
        types=PROJECT,
        severity=Severity.HIGH,
        description="Builds have no privileges on their host.",
        why="Whatever code a build runs could then leave its container and take the machine's place in the network.",
        remedy="Leave environment.privileged_mode off; build images with a tool that needs no daemon.",
        check=off("environment.privilegedMode"),
    ),
    ResourceRule(
        id="aws-codebuild-in-vpc",
        types=PROJECT,
        severity=Severity.MEDIUM,
        description="Builds run in the VPC.",
        why="Outside, nothing limits or logs what a build talks to, and it reaches no private endpoint.",
        remedy="Set vpc_config to private subnets and a security group.",
        check=present("vpcConfig.vpcId"),
    ),
    ResourceRule(
        id="aws-codebuild-encrypted-with-cmk",
        types=PROJECT,
        severity=Severity.MEDIUM,
        description="Builds keep what they make under a customer-managed key.",
        why="Artifacts and caches hold source code and sometimes what should not be in it.",
        remedy="Set encryption_key.",
        check=present("encryptionKey"),
    ),
    ResourceRule(
        id="aws-codebuild-logs",
        types=PROJECT,
        severity=Severity.MEDIUM,
        description="Builds are logged.",
        why="A build that deploys is a way to change everything; its log is the only account of what it did.",
        remedy='Leave logs_config.cloudwatch_logs.status at "ENABLED".',
        check=_logs,
    ),
    ResourceRule(
        id="aws-codebuild-no-plain-credentials",
        types=PROJECT,
        severity=Severity.HIGH,
        description="Builds get credentials from Secrets Manager or by a role.",
        why="Whoever may look at the project reads its plain variables.",
        remedy='Give the variable type="SECRETS_MANAGER", or let the build assume a role.',
        check=_no_credentials,
    ),
)

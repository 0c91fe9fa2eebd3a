"""Settings of the account's security services and of the CI runner inside the VPC."""

from typing import Annotated, Literal

from pydantic import ValidationInfo, field_validator

from settings.types import IamArn, LogRetentionDays, Model, Refusal, between, distinct, matching

ONCE = distinct("the cloud takes each but once")

AccountService = Literal[
    "access-analyzer",
    "account-settings",
    "cloudtrail",
    "config",
    "guardduty",
    "inspector",
    "macie",
    "security-hub",
]
"""What an account has once, or once a region, and what an organisation may run for its accounts."""

DataEvents = Literal["dynamodb", "s3"]

Standard = Literal[
    "aws-foundational-security-best-practices/v/1.0.0",
    "cis-aws-foundations-benchmark/v/3.0.0",
    "nist-800-53/v/5.0.0",
    "pci-dss/v/4.0.1",
]
"""Standards of Security Hub, by the end of their ARN."""


class SecuritySettings(Model):
    """The account's audit trail and detective services."""

    external: Annotated[tuple[AccountService, ...], ONCE] = ()
    """Services that the organisation runs for this account; AWS refuses, or overwrites, a second one beside them."""

    data_events: Annotated[tuple[DataEvents, ...], ONCE] = ("dynamodb", "s3")
    """Stores whose every read and write the trail records; AWS charges by the event."""

    insights: bool = True
    """Whether CloudTrail reports unusual rates of calls and errors."""

    trail_log_days: LogRetentionDays = 365
    """Days for which the trail's events stay searchable in CloudWatch; the bucket keeps them longer."""

    archive_days: Annotated[
        int, *between(365, 3653, "auditors ask for a year of history, and nobody for more than ten")
    ] = 2557
    """Days for which the bucket keeps the trail's events and the recorder's history; by default seven years."""

    standards: Annotated[tuple[Standard, ...], ONCE] = (
        "aws-foundational-security-best-practices/v/1.0.0",
        "cis-aws-foundations-benchmark/v/3.0.0",
    )
    """Standards that Security Hub checks the account against."""

    unused_access_days: Annotated[int, *between(1, 365, "Access Analyzer looks back a year at most")] = 90
    """Days after which Access Analyzer reports a role, key, password or permission that nobody used."""


Repository = Annotated[
    str,
    *matching(
        r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,37}[A-Za-z0-9])?/[\w.-]{1,100}",
        "GitHub has no repository with such a name, so no job would ever reach the runner",
        "write owner/name, such as example-org/platform",
    ),
]


class RunnerSettings(Model):
    """GitHub Actions jobs on CodeBuild, inside the VPC, where the cluster's private API answers."""

    repository: Repository | None = None
    """The GitHub repository whose jobs it runs; without one there is no runner. Private: a fork's pull request could
    otherwise start a job inside the VPC."""

    connected: bool = False
    """Whether a person has authorised the connection to GitHub in the console; the runner is made once it is."""

    apply_role: IamArn | None = None
    """A role that every job may assume. Better none: GitHub's OIDC gives a role to jobs of one environment only."""

    compute: Literal["BUILD_GENERAL1_SMALL", "BUILD_GENERAL1_MEDIUM", "BUILD_GENERAL1_LARGE"] = "BUILD_GENERAL1_MEDIUM"
    """The machine of a job; CodeBuild has them on arm64 with 2, 4 and 8 processors."""

    timeout_minutes: Annotated[int, *between(5, 2160, "CodeBuild stops a build after 36 hours at most")] = 120
    """Minutes after which a job is stopped; the first update of a region takes about an hour."""

    concurrent_jobs: Annotated[int, *between(1, 20, "more would only wait for each other")] = 2
    """Jobs that run at a time."""

    log_retention_days: LogRetentionDays = 365
    """Days for which the jobs' logs are kept."""

    @field_validator("connected", "apply_role")
    @classmethod
    def _needs_a_repository(cls, value: bool | str | None, info: ValidationInfo) -> bool | str | None:
        if value and info.data.get("repository", "") is None:
            raise Refusal("there is no runner without a repository, so it changes nothing", "set runner.repository")
        return value

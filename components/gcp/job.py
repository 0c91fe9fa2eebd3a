"""Jobs of Cloud Run within the network: a container that runs to its end, as an account of its own."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import pulumi
from pulumi_gcp import cloudrunv2, cloudscheduler, serviceaccount

from components.gcp.component import GcpComponent, Scope, granted
from components.tags import DataClass

RUN_JOB = (
    "run.executions.cancel",
    "run.executions.get",
    "run.executions.list",
    "run.jobs.get",
    "run.jobs.run",
    "run.jobs.runWithOverrides",
)
"""What whoever starts a job with arguments of its own needs, and looks at its end. The predefined role that has these
may change the job as well. https://docs.cloud.google.com/run/docs/reference/iam/permissions"""


@dataclass(frozen=True)
class Program:
    """What jobs run, and where."""

    image: pulumi.Input[str]
    """Without its digest."""

    digest: str
    network: pulumi.Input[str]
    subnet: pulumi.Input[str]
    """Where traffic leaves from."""

    key_id: pulumi.Input[str]
    """The key that encrypts Cloud Run's copy of the image, known once Cloud Run may use it."""


class Sized(Protocol):
    """What a run may use, and for how long."""

    @property
    def cpu(self) -> int:
        """CPUs."""

    @property
    def memory_mib(self) -> int:
        """Memory in MiB."""

    @property
    def timeout_minutes(self) -> int:
        """Minutes after which it is ended."""


def job(
    scope: Scope,
    name: str,
    settings: Sized,
    program: Program,
    *,
    account: pulumi.Input[str],
    data_class: DataClass = "internal",
    retries: int = 0,
    command: Sequence[str] = (),
    arguments: Sequence[pulumi.Input[str]] = (),
    environment: Mapping[str, pulumi.Input[str]] | None = None,
    opts: pulumi.ResourceOptions,
) -> cloudrunv2.Job:
    """One task, tried once unless `retries` says otherwise: whoever starts it looks why it ended.

    All its traffic goes by the network, whose firewall holds for it. The image is named by its digest, and must be
    admitted as what runs in the cluster is (Binary Authorization). `account` is an e-mail address, known once the
    account may do its work.
    """
    return cloudrunv2.Job(
        name,
        location=scope.region,
        binary_authorization={"use_default": True},
        deletion_protection=scope.protect,
        template={
            "task_count": 1,
            "parallelism": 1,
            "labels": scope.tags.of(data_class),
            "template": {
                "service_account": account,
                "encryption_key": program.key_id,
                "execution_environment": "EXECUTION_ENVIRONMENT_GEN2",
                "max_retries": retries,
                "timeout": f"{settings.timeout_minutes * 60}s",
                "vpc_access": {
                    "egress": "ALL_TRAFFIC",
                    "network_interfaces": [{"network": program.network, "subnetwork": program.subnet}],
                },
                "containers": [
                    {
                        "image": pulumi.Output.concat(program.image, "@", program.digest),
                        **({"commands": list(command)} if command else {}),
                        **({"args": list(arguments)} if arguments else {}),
                        "envs": [{"name": key, "value": value} for key, value in (environment or {}).items()],
                        "resources": {"limits": {"cpu": str(settings.cpu), "memory": f"{settings.memory_mib}Mi"}},
                    }
                ],
            },
        },
        opts=opts,
    )


def start(
    parent: GcpComponent,
    name: str,
    started: cloudrunv2.Job,
    schedule: str,
    description: str,
    *,
    opts: pulumi.ResourceOptions,
) -> None:
    """Start a job by a schedule in UTC, as an account that can do nothing else."""
    region = parent.scope.region
    account = serviceaccount.Account(name, account_id=name, display_name=f"Cloud Scheduler: {description}", opts=opts)
    may_start = cloudrunv2.JobIamMember(
        f"{name}-invoker",
        name=started.name,
        location=region,
        role="roles/run.invoker",
        member=account.member,
        opts=opts,
    )
    cloudscheduler.Job(
        name,
        region=region,
        description=description,
        schedule=schedule,
        time_zone="Etc/UTC",
        attempt_deadline="60s",
        retry_config={"retry_count": 5, "min_backoff_duration": "60s", "max_backoff_duration": "600s"},
        http_target={
            "http_method": "POST",
            "uri": pulumi.Output.concat("https://run.googleapis.com/v2/", started.id, ":run"),
            "oauth_token": {"service_account_email": granted(account.email, may_start)},
        },
        opts=opts,
    )

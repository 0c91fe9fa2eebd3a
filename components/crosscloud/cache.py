"""ElastiCache's keys on their way to Memorystore: a job that copies them, and the schedule that starts it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pulumi
from pulumi_gcp import cloudrunv2, cloudscheduler, projects, serviceaccount

from components.aws import component as aws_component
from components.aws.iam import Role, allow, google_trust, role
from components.crosscloud.component import CrossCloudComponent
from components.gcp import component as gcp_component
from components.gcp.alarms import Alarms
from components.gcp.component import granted
from components.gcp.job import Program, job
from components.gcp.watch.replication import warming
from settings.observability import Severity
from settings.replication import CacheWarmingSettings

MIB = 1 << 20

BATCH_BYTES = 8 * MIB
"""Of values that are held at once for a shard: some hundredths of a second of the link."""

SOURCE_PORT = 6379


@dataclass(frozen=True)
class Source:
    """The cache that keys come from."""

    endpoint: pulumi.Input[str]
    arn: pulumi.Input[str]
    user_arn: pulumi.Input[str]
    """The user that may only read."""


@dataclass(frozen=True)
class Target:
    """The cache that they go to, and where the job runs."""

    id: pulumi.Input[str]
    endpoint: pulumi.Input[str]
    """Host and port."""

    authorities: pulumi.Input[str]
    """Certificates, in PEM, of those who sign its servers'."""

    image: pulumi.Input[str]
    """The job's image, without its digest."""

    network: pulumi.Input[str]
    subnet: pulumi.Input[str]
    """Where the job's traffic leaves from."""

    images_key: pulumi.Input[str]
    """The key that encrypts Cloud Run's copy of the image, known once Cloud Run may use it."""

    channels: Mapping[Severity, pulumi.Input[Sequence[pulumi.Input[str]]]]
    """Notification channels by severity."""


class CacheWarming(CrossCloudComponent):
    """A run every few minutes that leaves Memorystore with the keys, values and expiries of ElastiCache.

    No live path exists: ElastiCache refuses PSYNC, and a backup file only seeds a new instance. So a run reads every
    key from ElastiCache's replicas, writes it, and removes what is no longer there. Its RPO is its period and its own
    length: what the primary has set since is missing after a failover, and what it has deleted since is there. A cache
    must bear both, since the primary may forget any key as well.

    Nobody holds a password: the job is a Google service account, which an AWS role trusts by its number and the
    audience of its tokens, and the role may log in as the one user that cannot write. Memorystore admits the account
    itself. Once the primary is fenced a run writes nothing; nor does it where Cloud Storage gives no answer. Runs do
    not overlap: all attempts together are shorter than the period, and a second one at the same time would only copy
    the same again. The way back is none: a primary that returns fills its cache as it serves.

    Not carried: values of modules, values above a size, functions and scripts. Values travel as DUMP writes them, so
    that Memorystore's version of Valkey must read the format of ElastiCache's: from 7.2 to 8.1 it is one, 9.0 has a
    newer. A run that meets a newer format fails and says so.
    """

    job_name: pulumi.Output[str]

    def __init__(
        self,
        name: str,
        aws: aws_component.Scope,
        gcp: gcp_component.Scope,
        settings: CacheWarmingSettings,
        *,
        fence_url: str,
        source: Source,
        target: Target,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """Make the job and its schedule; `fence_url` is of the object that is there once the primary is fenced."""
        super().__init__("CacheWarming", name, aws, gcp, "confidential", opts)
        self._name, self._settings, self._source, self._target = name, settings, source, target
        self._audience = f"{gcp.tags.service}-{gcp.tags.environment}-{name}"
        account = self._account("warmer", "The job that warms the cache")
        access = self._access(account)
        job = self._job(account, access, fence_url)
        self._schedule(job)
        self.job_name = job.name
        Alarms(
            f"{name}-alarms",
            gcp,
            [warming(job.name, rpo_minutes=settings.rpo)],
            # What is watched here matters in either role.
            mode="standby",
            channel_names=target.channels,
            opts=self.child(),
        )
        self.register_outputs({"jobName": self.job_name})

    def _access(self, account: serviceaccount.Account) -> Role:
        """The AWS role as which the job logs in at the one cache, as the one user."""
        return role(
            f"{self._name}-reader",
            google_trust(account.unique_id, self._audience),
            self,
            description="The job on Google Cloud that copies the cache's keys",
            inline={"cache": [allow(["elasticache:Connect"], [self._source.arn, self._source.user_arn])]},
        )

    def _job(self, account: serviceaccount.Account, access: Role, fence_url: str) -> cloudrunv2.Job:
        name, settings, target, gcp = f"{self._name}-warmer", self._settings, self._target, self.gcp
        login = projects.IAMMember(
            f"{name}-login",
            project=gcp.project,
            role="roles/memorystore.dbConnectionUser",
            member=account.member,
            condition={
                "title": "one instance",
                "expression": pulumi.Output.concat('resource.name == "', target.id, '"'),
            },
            opts=self.child(),
        )
        return job(
            gcp,
            name,
            settings,
            Program(target.image, settings.image_digest, target.network, target.subnet, target.images_key),
            account=granted(account.email, login),
            data_class="confidential",
            retries=settings.retries,
            environment=self._environment(access, fence_url),
            opts=self.child(depends_on=access.policies),
        )

    def _environment(self, access: Role, fence_url: str) -> dict[str, pulumi.Input[str]]:
        """The variables that services/cache_warmer reads."""
        settings, source, target = self._settings, self._source, self._target
        return {
            "SOURCE": pulumi.Output.concat(source.endpoint, f":{SOURCE_PORT}"),
            "SOURCE_CLUSTER": _last(source.arn),
            "SOURCE_USER": _last(source.user_arn),
            "AWS_ROLE": access.arn,
            "AWS_REGION": self.aws.region,
            "AUDIENCE": self._audience,
            "TARGET": target.endpoint,
            "TARGET_AUTHORITIES": target.authorities,
            "FENCE": fence_url,
            "KEYS_PER_SECOND": str(settings.keys_per_second),
            "BYTES_PER_SECOND": str(settings.megabytes_per_second * 1_000_000),
            "LARGEST_BYTES": str(settings.largest_mib * MIB),
            "BATCH_BYTES": str(BATCH_BYTES),
        }

    def _schedule(self, job: cloudrunv2.Job) -> None:
        """Starts the job, as an account that can do nothing else."""
        name = f"{self._name}-schedule"
        account = self._account("starter", "Cloud Scheduler, which starts the job that warms the cache")
        may_start = cloudrunv2.JobIamMember(
            f"{name}-invoker",
            name=job.name,
            location=self.gcp.region,
            role="roles/run.invoker",
            member=account.member,
            opts=self.child(),
        )
        period = self._settings.period_minutes
        cloudscheduler.Job(
            name,
            region=self.gcp.region,
            description="Starts the job that warms the cache",
            schedule="0 * * * *" if period == 60 else f"*/{period} * * * *",
            time_zone="Etc/UTC",
            attempt_deadline="60s",
            # A run that is not started is made up for by the next.
            retry_config={"retry_count": 2, "min_backoff_duration": "10s", "max_backoff_duration": "30s"},
            http_target={
                "http_method": "POST",
                "uri": pulumi.Output.concat("https://run.googleapis.com/v2/", job.id, ":run"),
                "oauth_token": {"service_account_email": granted(account.email, may_start)},
            },
            opts=self.child(),
        )

    def _account(self, use: str, description: str) -> serviceaccount.Account:
        return serviceaccount.Account(
            f"{self._name}-{use}",
            account_id=f"{self._name}-{use}",
            display_name=description,
            opts=self.child(),
        )


def _last(arn: pulumi.Input[str]) -> pulumi.Output[str]:
    """What an ARN calls its resource."""
    return pulumi.Output.from_input(arn).apply(lambda known: known.rsplit(":", 1)[-1])

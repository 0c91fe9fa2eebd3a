"""The job that compares Bigtable with DynamoDB, copies what was there before replication, and mends what was lost."""

from collections.abc import Mapping

import pulumi
from pulumi_gcp import bigtable, cloudrunv2, serviceaccount

from components.aws import component as aws_component
from components.aws.iam import Role, allow, google_trust, role
from components.crosscloud.component import CrossCloudComponent
from components.crosscloud.tables import Source, Target, schemas
from components.gcp import component as gcp_component
from components.gcp.alarms import Alarms
from components.gcp.component import granted
from components.gcp.watch.replication import comparison
from settings.replication import TableReplicationSettings, WriterSettings
from settings.shared import TableSettings

COMMAND = ("python", "-m", "bigtable_writer.reconcile")

DAY = 24 * 60 * 60


class Reconciliation(CrossCloudComponent):
    """A job of the writer's image, started by hand: first to copy what tables held, later to compare and mend them.

    It reads DynamoDB as an AWS role that trusts its service account by number and by the audience of its tokens, so
    that no key exists, and writes into Bigtable while changes go on. It runs once a deployment, after streams have
    begun, and whenever changes may have been lost: `gcloud run jobs execute`. Once the primary is
    fenced, it writes nothing: the standby's rows are right then.
    """

    job_name: pulumi.Output[str]

    def __init__(
        self,
        name: str,
        aws: aws_component.Scope,
        gcp: gcp_component.Scope,
        settings: TableReplicationSettings,
        *,
        writer: WriterSettings,
        tables: Mapping[str, TableSettings],
        source: Source,
        target: Target,
        fence_url: str,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """Make the job for `tables`; `fence_url` is of the object that is there once the primary is fenced."""
        super().__init__("Reconciliation", name, aws, gcp, "confidential", opts)
        account = serviceaccount.Account(
            f"{name}-account",
            account_id=name,
            display_name="The job that compares Bigtable with DynamoDB",
            opts=self.child(),
        )
        audience = f"{gcp.tags.service}-{gcp.tags.environment}-{name}"
        access = self._access(name, account, audience, source)
        rights = bigtable.InstanceIamMember(
            f"{name}-tables",
            instance=target.instance,
            role="roles/bigtable.user",
            member=account.member,
            opts=self.child(),
        )
        environment = {
            "PROJECT": gcp.project,
            "INSTANCE": target.instance,
            "APP_PROFILE": target.profile,
            "TABLES": schemas(tables, source, target),
            "AWS_REGION": aws.region,
            "AWS_ROLE": access.arn,
            "AUDIENCE": audience,
            "FENCE": fence_url,
            "ITEMS_PER_SECOND": str(settings.scan_items_per_second),
        }
        self.job_name = cloudrunv2.Job(
            f"{name}-job",
            location=gcp.region,
            binary_authorization={"use_default": True},
            deletion_protection=gcp.protect,
            template={
                "task_count": 1,
                "labels": gcp.tags.of("confidential"),
                "template": {
                    "service_account": granted(account.email, rights),
                    "encryption_key": target.images_key,
                    "execution_environment": "EXECUTION_ENVIRONMENT_GEN2",
                    # It can be started again at any time, and whoever starts it looks why it ended.
                    "max_retries": 0,
                    "timeout": f"{DAY}s",
                    "vpc_access": {
                        "egress": "ALL_TRAFFIC",
                        "network_interfaces": [{"network": target.network, "subnetwork": target.subnet}],
                    },
                    "containers": [
                        {
                            "image": pulumi.Output.concat(target.image, "@", writer.image_digest),
                            "commands": list(COMMAND),
                            "args": ["--repair"],
                            "envs": [{"name": key, "value": value} for key, value in environment.items()],
                            "resources": {"limits": {"cpu": str(writer.cpu), "memory": f"{writer.memory_mib}Mi"}},
                        }
                    ],
                },
            },
            opts=self.child(depends_on=access.policies),
        ).name
        Alarms(
            f"{name}-alarms",
            gcp,
            [comparison(name)],
            # What is watched here matters in either role.
            mode="standby",
            channel_names=target.channels,
            opts=self.child(),
        )
        self.register_outputs({"jobName": self.job_name})

    def _access(self, name: str, account: serviceaccount.Account, audience: str, source: Source) -> Role:
        """The role as which the job reads the tables, and does nothing else."""
        return role(
            f"{name}-reader",
            google_trust(account.unique_id, audience),
            self,
            description="The standby compares its tables with DynamoDB's",
            inline={
                "tables": [
                    allow(["dynamodb:BatchGetItem", "dynamodb:Scan"], list(source.arns.values())),
                    allow(
                        ["kms:Decrypt"],
                        source.tables_key_arn,
                        conditions={"StringEquals": {"kms:ViaService": f"dynamodb.{self.aws.region}.amazonaws.com"}},
                    ),
                ]
            },
        )

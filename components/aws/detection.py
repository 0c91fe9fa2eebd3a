"""What watches the account: GuardDuty, Security Hub, Macie, Inspector and Access Analyzer."""

from collections.abc import Mapping

import pulumi
from pulumi_aws import accessanalyzer, guardduty, inspector2, macie2, securityhub

from components.aws.component import AwsComponent, Scope
from components.tags import DataClass
from settings.security import SecuritySettings

PROTECTIONS = ("S3_DATA_EVENTS", "EKS_AUDIT_LOGS", "EBS_MALWARE_PROTECTION", "RDS_LOGIN_EVENTS", "LAMBDA_NETWORK_LOGS")
"""GuardDuty's protection plans beside the runtime monitoring."""

# GuardDuty keeps the agent on the cluster's nodes up to date. The other two are for hosts and tasks of no cluster, and
# EC2's agent does not run on Bottlerocket. AWS lists all three, in this order.
RUNTIME_AGENTS: Mapping[str, bool] = {
    "EKS_ADDON_MANAGEMENT": True,
    "ECS_FARGATE_AGENT_MANAGEMENT": False,
    "EC2_AGENT_MANAGEMENT": False,
}

SCANNED = ("EC2", "ECR", "LAMBDA")
"""What Inspector looks for known vulnerabilities in."""

SENSITIVE: tuple[DataClass, ...] = ("confidential", "restricted")
"""Classes of data whose buckets Macie looks through."""

ANALYZERS: Mapping[str, str] = {"external": "ACCOUNT", "unused": "ACCOUNT_UNUSED_ACCESS"}


DELIVERED = {"content": "delivered-records"}
"""The tag of buckets that hold what AWS services wrote: Macie would read them at length and find account ids."""


class Detection(AwsComponent):
    """Detective services of this region; each is left out where the organisation runs it.

    All report to Security Hub, which judges the account by the settings' standards. Macie looks through the buckets of
    sensitive data each week, save those that AWS services deliver their records to. Other regions, where only copies
    lie, are left to the organisation.
    """

    def __init__(
        self,
        name: str,
        scope: Scope,
        settings: SecuritySettings,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__("Detection", name, scope, "restricted", opts)
        if "guardduty" not in settings.external:
            self._guardduty(name)
        if "security-hub" not in settings.external:
            self._security_hub(name, settings)
        if "macie" not in settings.external:
            self._macie(name)
        if "inspector" not in settings.external:
            inspector2.Enabler(
                f"{name}-inspector", account_ids=[scope.account_id], resource_types=list(SCANNED), opts=self.child()
            )
        if "access-analyzer" not in settings.external:
            self._access_analyzers(name, settings)
        self.register_outputs({})

    def _guardduty(self, name: str) -> None:
        detector = guardduty.Detector(
            f"{name}-guardduty",
            enable=True,
            finding_publishing_frequency="FIFTEEN_MINUTES",
            opts=self.child(),
        )
        for protection in PROTECTIONS:
            guardduty.DetectorFeature(
                f"{name}-{protection.lower().replace('_', '-')}",
                detector_id=detector.id,
                name=protection,
                status="ENABLED",
                opts=self.child(),
            )
        guardduty.DetectorFeature(
            f"{name}-runtime-monitoring",
            detector_id=detector.id,
            name="RUNTIME_MONITORING",
            status="ENABLED",
            additional_configurations=[
                {"name": agent, "status": "ENABLED" if managed else "DISABLED"}
                for agent, managed in RUNTIME_AGENTS.items()
            ],
            opts=self.child(),
        )

    def _security_hub(self, name: str, settings: SecuritySettings) -> None:
        hub = securityhub.Account(
            f"{name}-security-hub",
            # One finding a control, whatever number of standards asks for it; and only the standards of the settings.
            control_finding_generator="SECURITY_CONTROL",
            enable_default_standards=False,
            auto_enable_controls=True,
            opts=self.child(),
        )
        for standard in settings.standards:
            securityhub.StandardsSubscription(
                f"{name}-{standard.split('/', 1)[0]}",
                standards_arn=f"arn:aws:securityhub:{self.scope.region}::standards/{standard}",
                opts=self.child(depends_on=[hub]),
            )

    def _macie(self, name: str) -> None:
        macie = macie2.Account(
            f"{name}-macie", status="ENABLED", finding_publishing_frequency="FIFTEEN_MINUTES", opts=self.child()
        )
        macie2.ClassificationJob(
            f"{name}-sensitive-data",
            description="Buckets tagged as holding confidential or restricted data",
            job_type="SCHEDULED",
            schedule_frequency={"weekly_schedule": "SUNDAY"},
            s3_job_definition={
                "bucket_criteria": {
                    "includes": {
                        "ands": [
                            {
                                "tag_criterion": {
                                    "comparator": "EQ",
                                    "tag_values": [{"key": "data-class", "value": value} for value in SENSITIVE],
                                }
                            }
                        ]
                    },
                    # Services' own records hold no data of customers, and are the largest of all.
                    "excludes": {
                        "ands": [
                            {
                                "tag_criterion": {
                                    "comparator": "EQ",
                                    "tag_values": [{"key": key, "value": value} for key, value in DELIVERED.items()],
                                }
                            }
                        ]
                    },
                }
            },
            opts=self.child(depends_on=[macie]),
        )

    def _access_analyzers(self, name: str, settings: SecuritySettings) -> None:
        for purpose, kind in ANALYZERS.items():
            accessanalyzer.Analyzer(
                f"{name}-{purpose}-access",
                analyzer_name=f"{purpose}-access",
                type=kind,
                configuration={"unused_access": {"unused_access_age": settings.unused_access_days}}
                if purpose == "unused"
                else None,
                opts=self.child(),
            )

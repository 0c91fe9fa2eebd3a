"""What a project has once: its audit log, guards that bind whatever is made in it, and who hears of dangers."""

from collections.abc import Mapping

import pulumi
from pulumi_gcp import compute, essentialcontacts, orgpolicy, projects, pubsub, securitycenter

from components.gcp.component import GcpComponent, Scope
from components.gcp.guards import rules
from settings.gcp.security import SecuritySettings

DAY = 24 * 60 * 60

# Everything that can be recorded; activity of administrators always is. CIS GCP 3.0.0, 2.1.
AUDITED = ("ADMIN_READ", "DATA_READ", "DATA_WRITE")

CONTACTED_ABOUT = ("SECURITY", "SUSPENSION", "TECHNICAL_INCIDENTS")


class ProjectBaseline(GcpComponent):
    """The singletons of a project; `security.external` leaves out what its organisation sets for it.

    Every read and write of every service is in the audit log, whoever makes it. Guards refuse what no component here
    would make, so that nobody makes it by hand either. The accounts that Google gives each project, as which
    everything runs that names no other, are off.

    Left out: VPC Service Controls and Access Transparency, which only an organisation has; the activation of Security
    Command Center, which the provider does not offer: a person does it once.
    """

    findings_topic: pulumi.Output[str] | None
    """The topic of Security Command Center's findings, if they are wanted."""

    def __init__(
        self,
        name: str,
        scope: Scope,
        settings: SecuritySettings,
        *,
        locations: str,
        aws_account_id: str,
        key_id: pulumi.Input[str],
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """Make the baseline; `locations` is Google's group of those where resources may be, `key_id` the findings'."""
        super().__init__("ProjectBaseline", name, scope, "restricted", opts)
        external = set(settings.external)
        if "audit-log" not in external:
            projects.IAMAuditConfig(
                f"{name}-audit-log",
                project=scope.project,
                service="allServices",
                audit_log_configs=[{"log_type": log_type} for log_type in AUDITED],
                opts=self.child(),
            )
        if "guards" not in external:
            self._guards(name, rules(locations=locations, aws_account_id=aws_account_id, issuers=settings.issuers))
        if "default-accounts" not in external:
            # What Google's project factory does by default. Deleted, they could be missed; deprivileged, they could
            # be given rights again unnoticed.
            projects.DefaultServiceAccounts(
                f"{name}-default-accounts",
                project=scope.project,
                action="DISABLE",
                restore_policy="REVERT_AND_IGNORE_FAILURE",
                opts=self.child(),
            )
        if "contacts" not in external:
            for position, contact in enumerate(settings.contacts):
                essentialcontacts.Contact(
                    f"{name}-contact-{position}",
                    parent=f"projects/{scope.project}",
                    email=contact,
                    language_tag="en",
                    notification_category_subscriptions=list(CONTACTED_ABOUT),
                    opts=self.child(),
                )
        # The guard keeps it on, but turns it on in new projects only.
        compute.ProjectMetadataItem(f"{name}-os-login", key="enable-oslogin", value="TRUE", opts=self.child())
        self.findings_topic = self._findings(name, settings, key_id) if settings.findings else None
        self.register_outputs({"findingsTopic": self.findings_topic})

    def _guards(self, name: str, guards: Mapping[str, orgpolicy.PolicySpecRuleArgsDict]) -> None:
        # By number: Google answers with it, whatever it was asked by, and a difference would show as a change.
        parent = f"projects/{self.scope.project_number}"
        for constraint, rule in guards.items():
            orgpolicy.Policy(
                f"{name}-{constraint.lower().replace('.', '-')}",
                parent=parent,
                name=f"{parent}/policies/{constraint}",
                spec={"rules": [rule]},
                opts=self.child(),
            )

    def _findings(self, name: str, settings: SecuritySettings, key_id: pulumi.Input[str]) -> pulumi.Output[str]:
        topic = pubsub.Topic(
            f"{name}-findings",
            kms_key_name=key_id,
            message_retention_duration=f"{settings.findings_days * DAY}s",
            opts=self.child(stateful=True),
        )
        config = securitycenter.V2ProjectNotificationConfig(
            f"{name}-findings",
            config_id=f"{self.scope.tags.service}-{self.scope.tags.environment}",
            location="global",
            description="Active findings that nobody has muted",
            pubsub_topic=topic.id,
            streaming_config={"filter": 'state="ACTIVE" AND NOT mute="MUTED"'},
            opts=self.child(),
        )
        pubsub.TopicIAMMember(
            f"{name}-findings-publisher",
            topic=topic.name,
            role="roles/pubsub.publisher",
            member=pulumi.Output.concat("serviceAccount:", config.service_account),
            opts=self.child(),
        )
        return topic.id

"""What every Google Cloud component has in common: where it stands, how its children are labelled and protected."""

from dataclasses import dataclass

import pulumi
from pulumi_gcp import Provider

from components.component import Component, marked
from components.tags import DataClass, Tags


@dataclass(frozen=True)
class Scope:
    """Where a stack's Google Cloud resources stand; settings, not look-ups, so that a plan needs no account."""

    project: str
    project_number: str
    region: str
    tags: Tags
    protect: bool
    """Guards stateful resources: Pulumi's `protect`, and the cloud's own protection where there is one."""

    def provider(self, name: str, opts: pulumi.ResourceOptions | None = None) -> Provider:
        """A provider pinned to the project, whose quota a person's calls use as well: Google asks for it by name."""
        return Provider(
            name,
            project=self.project,
            region=self.region,
            billing_project=self.project,
            user_project_override=True,
            opts=opts,
        )


# Where our labels go, if not to `labels`: a notification channel's are its settings.
LABELS = {
    "gcp:container/cluster:Cluster": "resource_labels",
    "gcp:monitoring/alertPolicy:AlertPolicy": "user_labels",
    "gcp:monitoring/customService:CustomService": "user_labels",
    "gcp:monitoring/notificationChannel:NotificationChannel": "user_labels",
    "gcp:monitoring/slo:Slo": "user_labels",
    "gcp:monitoring/uptimeCheckConfig:UptimeCheckConfig": "user_labels",
}


def granted(value: pulumi.Output[str], *grants: pulumi.CustomResource) -> pulumi.Output[str]:
    """The value, known only once the grants are made: who takes it needs no `depends_on`."""
    return pulumi.Output.all(value, *[grant.id for grant in grants]).apply(lambda known: known[0])


class GcpComponent(Component):
    """A component whose children carry the scope's labels and their class of data."""

    scope: Scope

    def __init__(
        self,
        kind: str,
        name: str,
        scope: Scope,
        data_class: DataClass,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        labels = scope.tags.of(data_class)
        mark = pulumi.ResourceOptions(
            transformations=[lambda args: marked(args, LABELS.get(args.type_, "labels"), labels)]
        )
        super().__init__(f"multicloud:gcp:{kind}", name, None, pulumi.ResourceOptions.merge(opts, mark))
        self.scope, self.protect = scope, scope.protect

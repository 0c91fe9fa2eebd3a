"""What people are told of that happens to the project: log entries, counted, of which one is enough."""

from collections.abc import Mapping

import pulumi
from pulumi_gcp import logging

from components.gcp.component import GcpComponent, Scope
from components.gcp.watch.rows import Event, Signal, Watched

ACTIVITY = 'log_id("cloudaudit.googleapis.com/activity")'


def _methods(*names: str) -> str:
    """A filter of calls of methods by parts of their names."""
    quoted = " OR ".join(f'"{name}"' for name in names)
    return f"protoPayload.methodName:({quoted})"


# The first eight are those that CIS GCP 2.4 to 2.11 asks for, in that order.
EVENTS: Mapping[str, Event] = {
    event.name: event
    for event in (
        Event(
            "project-ownership",
            'protoPayload.serviceName="cloudresourcemanager.googleapis.com" AND (ProjectOwnership OR'
            ' projectOwnerInvitee) OR protoPayload.serviceData.policyDelta.bindingDeltas.role="roles/owner"',
            "page", "Somebody became an owner of the project, or stopped to be one.",
            "Ask whoever the entry names; take the role away until it is explained.",
        ),
        Event(
            "audit-configuration",
            'protoPayload.methodName="SetIamPolicy" AND'
            " protoPayload.serviceData.policyDelta.auditConfigDeltas:*",
            "page", "What is written to the audit log was changed.",
            "Run `pulumi up`, which sets it back, and ask whoever the entry names.",
        ),
        Event(
            "custom-roles",
            f'resource.type="iam_role" AND {_methods("CreateRole", "DeleteRole", "UndeleteRole", "UpdateRole")}',
            "ticket", "A custom role was made, changed or deleted.", "Compare with the last deployment.",
        ),
        Event(
            "firewall",
            # GKE opens what its own load balancers need.
            f"{ACTIVITY} AND {_methods('compute.firewalls.', 'firewallPolicies.')}"
            ' AND NOT protoPayload.authenticationInfo.principalEmail:"container-engine-robot"',
            "ticket", "Firewall rules were changed.", "Compare with the last deployment.",
        ),
        Event(
            "routes",
            f"{ACTIVITY} AND {_methods('compute.routes.insert', 'compute.routes.delete')}",
            "ticket", "Routes of the network were changed.", "Compare with the last deployment.",
        ),
        Event(
            "networks",
            f"{ACTIVITY} AND "
            + _methods(*(f"compute.networks.{what}" for what in ("insert", "patch", "delete", "addPeering",
                                                                 "removePeering", "updatePeering"))),
            "ticket", "A network or its peerings were changed.", "Compare with the last deployment.",
        ),
        Event(
            "bucket-access",
            'resource.type="gcs_bucket" AND protoPayload.methodName="storage.setIamPermissions"',
            "ticket", "Who may read or write a bucket was changed.", "Compare with the last deployment.",
        ),
        Event(
            "database-configuration",
            _methods("cloudsql.instances.delete", "cloudsql.instances.update"),
            "ticket", "The database's configuration was changed.", "Compare with the last deployment.",
        ),
        Event(
            "key-destruction",
            f'protoPayload.serviceName="cloudkms.googleapis.com" AND {ACTIVITY}'
            f" AND {_methods('DestroyCryptoKeyVersion', 'UpdateCryptoKeyVersion')}",
            "page", "A version of a key was disabled or is to be destroyed: what it encrypts cannot be read.",
            "Enable or restore the version, unless it is known that nothing needs it.",
        ),
        Event(
            "key-refused",
            # Cloud KMS logs these by their bare names: https://docs.cloud.google.com/kms/docs/audit-logging
            'protoPayload.serviceName="cloudkms.googleapis.com" AND severity>=ERROR'
            f" AND {_methods('Decrypt', 'Encrypt', 'AsymmetricSign')}",
            "page", "Somebody was refused a key: a service that lost its grant, or one that tries.",
            "The entry names the caller and the key; `pulumi up` gives services their grants back.",
        ),
        Event(
            "log-routing",
            'protoPayload.serviceName="logging.googleapis.com" AND '
            + _methods("CreateExclusion", "DeleteBucket", "DeleteSink", "UpdateBucket", "UpdateSink"),
            "page", "Where logs go, or how long they are kept, was changed.",
            "Run `pulumi up`, which sets it back, and ask whoever the entry names.",
        ),
        Event(
            "service-account-key",
            'protoPayload.methodName="google.iam.admin.v1.CreateServiceAccountKey"',
            "page", "Somebody made a service-account key: nothing here needs one, and whoever holds it is nobody.",
            "Delete the key, and find out where it was meant to go.",
        ),
    )
}  # fmt: skip


class Events(GcpComponent):
    """A log-based metric of each event, which keeps their course; people are told by the entry itself.

    Alert policies match entries instead of the metrics: Cloud Monitoring refuses a policy of a metric that it has not
    seen for some minutes, and the notification then shows the entry.
    """

    watched: list[Watched]

    def __init__(self, name: str, scope: Scope, *, prefix: str, opts: pulumi.ResourceOptions | None = None) -> None:
        """Make the metrics, named `<prefix>/<event>`."""
        super().__init__("Events", name, scope, "internal", opts)
        for event in EVENTS.values():
            logging.Metric(
                f"{name}-{event.name}",
                name=f"{prefix}/{event.name}",
                description=event.why,
                filter=event.filter,
                metric_descriptor={"metric_kind": "DELTA", "value_type": "INT64", "unit": "1"},
                opts=self.child(),
            )
        signals = tuple(
            Signal("errors", f"logging.googleapis.com/user/{prefix}/{event}", "ALIGN_DELTA") for event in EVENTS
        )
        self.watched = [Watched("project", "Security", "", {}, signals=signals, events=tuple(EVENTS.values()))]
        self.register_outputs({})

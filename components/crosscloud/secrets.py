"""The applications' secrets on their way to Secret Manager: External Secrets in the primary's cluster pushes them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pulumi
from pulumi_gcp import logging, serviceaccount
from pulumi_kubernetes import apiextensions, core, networking, rbac

from components.aws import component as aws_component
from components.crosscloud.component import CrossCloudComponent
from components.gcp import component as gcp_component
from components.gcp.alarms import Alarms
from components.gcp.component import granted
from components.gcp.watch.replication import secret_rounds
from components.kubernetes import external_secrets
from components.kubernetes.component import name_of
from components.kubernetes.external_secrets import API, PUSH_API, READS_STORE, STORE
from components.kubernetes.namespace import under
from settings.observability import Severity
from settings.replication import SecretReplicationSettings
from settings.shared import SecretSettings

NAMESPACE = "standby-secrets"
SERVICE_ACCOUNT = "standby-secrets"
"""Where copies are made in the primary's cluster, and as whom: a name that IAM of Google Cloud trusts."""

SUBJECT = f"system:serviceaccount:{NAMESPACE}:{SERVICE_ACCOUNT}"
"""The same as the cluster's tokens name it."""

STANDBY = "standby"
"""The standby's Secret Manager, as External Secrets calls it."""

VALUE = "value"
"""The one key of a copy."""

# The comparison that starts each push, which a value that is the same ends.
# https://docs.cloud.google.com/secret-manager/docs/audit-logging
COMPARED = "google.cloud.secretmanager.v1.SecretManagerService.AccessSecretVersion"


@dataclass(frozen=True)
class Source:
    """Where the secrets come from."""

    arns: Mapping[str, pulumi.Input[str]]
    """The secrets of Secrets Manager, by their names in the settings."""

    audience: pulumi.Input[str]
    """What Google calls the primary's cluster in an exchange of tokens; it knows `SUBJECT`."""


@dataclass(frozen=True)
class Target:
    """Where they go."""

    names: Mapping[str, pulumi.Input[str]]
    """The secrets of Secret Manager, by their names in the settings."""

    topic: pulumi.Input[str]
    """The topic of reminders, which each of them names."""

    pool: str
    """The pool of identities that the primary's cluster is added to."""

    account: pulumi.Input[str]
    """E-mail address of the service account that may add versions."""

    channels: Mapping[Severity, pulumi.Input[Sequence[pulumi.Input[str]]]]
    """Notification channels by severity."""


class SecretReplication(CrossCloudComponent):
    """Every secret's newest value in the standby's secret of the same name, within two rounds of External Secrets.

    Each round reads the value in Secrets Manager into a Kubernetes secret, compares it with the newest version in
    Secret Manager, and adds a version if they differ; nothing is ever deleted. The copies are in a namespace where
    nothing runs. One service account of it acts as the Google service account that may add versions to these secrets
    alone: Google verifies its token with the cluster's public keys, so that no key exists. The controller may make
    tokens of that account and of no other.

    Secret Manager's log tells of each comparison, so that the standby knows by itself when they stop: the alarm of a
    secret is raised when nobody compared it for its RPO, with AWS dark as well. It cannot tell that the primary's own
    store could not be read, which leaves the old value to be compared: `externalsecret_status_condition` of the
    cluster's External Secrets does. Not carried: former versions, and what is changed in the standby, which the next
    round puts back: after a failover the rounds must end (docs/operations.md).

    https://external-secrets.io/latest/provider/google-secrets-manager/
    """

    metric_name: str
    """The log-based metric that counts comparisons, by the secret's id."""

    def __init__(
        self,
        name: str,
        aws: aws_component.Scope,
        gcp: gcp_component.Scope,
        settings: SecretReplicationSettings,
        *,
        secrets: Mapping[str, SecretSettings],
        source: Source,
        target: Target,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """Make the way of each of `secrets`; `opts` has a provider of the primary's cluster."""
        super().__init__("SecretReplication", name, aws, gcp, "restricted", opts)
        self._name, self._settings = name, settings
        namespace = core.v1.Namespace(
            f"{name}-namespace",
            metadata={"name": NAMESPACE, "labels": {**under("restricted"), **READS_STORE}},
            opts=self.child(),
        )
        self._namespace = name_of(namespace.metadata)
        # Nothing runs here: External Secrets, which does the work, is in a namespace of its own.
        networking.v1.NetworkPolicy(
            f"{name}-default-deny",
            metadata={"name": "default-deny", "namespace": self._namespace},
            spec={"pod_selector": {}, "policy_types": ["Ingress", "Egress"]},
            opts=self.child(),
        )
        self._store(self._account(), self._federation(source, target), target)
        for secret in secrets:
            self._copy(secret, source.arns[secret], target.names[secret], target.topic)
        self._watch(secrets, target)
        self.register_outputs({})

    def _account(self) -> pulumi.Output[str]:
        """The Kubernetes service account that the rounds act as, once the controller may make tokens of it."""
        account = core.v1.ServiceAccount(
            f"{self._name}-account",
            metadata={"name": SERVICE_ACCOUNT, "namespace": self._namespace},
            automount_service_account_token=False,
            opts=self.child(),
        )
        role = rbac.v1.Role(
            f"{self._name}-tokens",
            metadata={"name": f"{SERVICE_ACCOUNT}-tokens", "namespace": self._namespace},
            rules=[
                {
                    "api_groups": [""],
                    "resources": ["serviceaccounts/token"],
                    "resource_names": [SERVICE_ACCOUNT],
                    "verbs": ["create"],
                }
            ],
            opts=self.child(),
        )
        binding = rbac.v1.RoleBinding(
            f"{self._name}-tokens",
            metadata={"name": f"{SERVICE_ACCOUNT}-tokens", "namespace": self._namespace},
            role_ref={
                "api_group": "rbac.authorization.k8s.io",
                "kind": "Role",
                "name": name_of(role.metadata),
            },
            subjects=[
                {
                    "kind": "ServiceAccount",
                    "name": external_secrets.SERVICE_ACCOUNT,
                    "namespace": external_secrets.NAMESPACE,
                }
            ],
            opts=self.child(),
        )
        return granted(name_of(account.metadata), binding)

    def _federation(self, source: Source, target: Target) -> pulumi.Output[str]:
        """What Google calls the cluster in an exchange of tokens, once its service account may act as Google's."""
        pool = f"projects/{self.gcp.project_number}/locations/global/workloadIdentityPools/{target.pool}"
        acts = serviceaccount.IAMMember(
            f"{self._name}-acts",
            service_account_id=pulumi.Output.concat(f"projects/{self.gcp.project}/serviceAccounts/", target.account),
            role="roles/iam.workloadIdentityUser",
            member=f"principal://iam.googleapis.com/{pool}/subject/{SUBJECT}",
            opts=self.child(),
        )
        return granted(pulumi.Output.from_input(source.audience), acts)

    def _store(self, account: pulumi.Output[str], audience: pulumi.Output[str], target: Target) -> None:
        """The standby's Secret Manager, as External Secrets sees it."""
        apiextensions.CustomResource(
            f"{self._name}-store",
            api_version=API,
            kind="SecretStore",
            metadata={"name": STANDBY, "namespace": self._namespace},
            spec={
                "provider": {
                    "gcpsm": {
                        "projectID": self.gcp.project,
                        "auth": {
                            "workloadIdentityFederation": {
                                "audience": audience,
                                "gcpServiceAccountEmail": target.account,
                                "serviceAccountRef": {
                                    "name": account,
                                    # What a provider expects in tokens unless it is told otherwise.
                                    "audiences": [pulumi.Output.concat("https:", audience)],
                                },
                            }
                        },
                    }
                }
            },
            opts=self.child(),
        )

    def _copy(self, secret: str, arn: pulumi.Input[str], remote: pulumi.Input[str], topic: pulumi.Input[str]) -> None:
        """A secret's two halves: from Secrets Manager into the cluster, from there to Secret Manager."""
        interval = f"{self._settings.refresh_minutes}m"
        apiextensions.CustomResource(
            f"{self._name}-{secret}-read",
            api_version=API,
            kind="ExternalSecret",
            metadata={"name": secret, "namespace": self._namespace},
            spec={
                "refreshInterval": interval,
                "secretStoreRef": {"kind": "ClusterSecretStore", "name": STORE},
                "target": {"name": secret, "creationPolicy": "Owner", "deletionPolicy": "Retain"},
                "data": [{"secretKey": VALUE, "remoteRef": {"key": arn}}],
            },
            opts=self.child(),
        )
        apiextensions.CustomResource(
            f"{self._name}-{secret}-push",
            api_version=PUSH_API,
            kind="PushSecret",
            metadata={"name": secret, "namespace": self._namespace},
            spec={
                "refreshInterval": interval,
                "updatePolicy": "Replace",
                "deletionPolicy": "None",
                "secretStoreRefs": [{"kind": "SecretStore", "name": STANDBY}],
                "selector": {"secret": {"name": secret}},
                "data": [
                    {
                        "match": {"secretKey": VALUE, "remoteRef": {"remoteKey": remote}},
                        # As the secret is: else External Secrets would change its labels and topics, which it may not.
                        "metadata": {
                            "apiVersion": "kubernetes.external-secrets.io/v1alpha1",
                            "kind": "PushSecretMetadata",
                            "spec": {"mergePolicy": "Merge", "topics": [topic]},
                        },
                    }
                ],
            },
            opts=self.child(),
        )

    def _watch(self, secrets: Mapping[str, SecretSettings], target: Target) -> None:
        """Comparisons, counted by the standby's own log, and an alarm for each secret that nobody compares."""
        metric = self.metric_name = f"{self.gcp.tags.service}-{self.gcp.tags.environment}/secret-rounds"
        logging.Metric(
            f"{self._name}-rounds",
            name=metric,
            description="Comparisons of the applications' secrets with the primary's",
            filter=pulumi.Output.concat(
                'log_id("cloudaudit.googleapis.com/data_access") AND severity < ERROR',
                f' AND protoPayload.methodName="{COMPARED}"',
                ' AND protoPayload.authenticationInfo.principalEmail="',
                target.account,
                '"',
            ),
            label_extractors={"secret": 'REGEXP_EXTRACT(protoPayload.resourceName, "secrets/([^/]+)")'},
            metric_descriptor={
                "metric_kind": "DELTA",
                "value_type": "INT64",
                "unit": "1",
                "labels": [{"key": "secret", "value_type": "STRING", "description": "Id of the secret"}],
            },
            opts=self.child(),
        )
        Alarms(
            f"{self._name}-alarms",
            self.gcp,
            [
                secret_rounds(secret, target.names[secret], metric, rpo_minutes=declared.rpo)
                for secret, declared in secrets.items()
            ],
            # What is watched here matters in either role.
            mode="standby",
            channel_names=target.channels,
            opts=self.child(),
        )

"""By what External Secrets reads workloads' secrets in Vault: a store for each, which serves that workload alone."""

from collections.abc import Sequence

import pulumi
from pulumi_kubernetes import apiextensions, core, meta, rbac

from components.kubernetes import external_secrets
from components.kubernetes.component import KubernetesComponent, Scope, name_of
from components.kubernetes.external_secrets import ExternalSecrets
from components.kubernetes.namespace import namespace_peer
from components.kubernetes.vault import API_PORT, AUDIENCE, NAMESPACE, SERVERS, SERVICE, TLS_SECRET, Vault
from components.kubernetes.vault_configuration import MOUNT, reader, store

TOKENS = "external-secrets-tokens"


class VaultReaders(KubernetesComponent):
    """A store for each workload with secrets in Vault, and the service account that reads for it.

    Pods have no way to Vault and no token for it: External Secrets, which stands outside of the mesh, logs in as the
    store's account, by a token of ten minutes that Vault alone takes, and what it reads is mounted as the cloud's
    secrets are. A store answers the namespace of its workload and no other, and Vault lets its account read below the
    workload's name.
    """

    def __init__(
        self,
        name: str,
        scope: Scope,
        workloads: Sequence[str],
        *,
        vault: Vault,
        secrets: ExternalSecrets,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """Let `secrets` read what `vault` holds for `workloads`."""
        super().__init__("VaultReaders", name, scope, "restricted", opts)
        self._name = name
        self._namespace = vault.place.namespace
        secrets.place.let_out("to-vault", [namespace_peer(NAMESPACE, SERVERS)], [API_PORT])
        vault.place.admit(
            "from-external-secrets", [namespace_peer(external_secrets.NAMESPACE)], [API_PORT], pods=SERVERS
        )
        accounts = [self._account(workload) for workload in workloads]
        granted = self._tokens(accounts)
        for workload in workloads:
            self._store(workload, after=[secrets.ready, granted])
        self.register_outputs({})

    def _account(self, workload: str) -> pulumi.Output[str]:
        made = core.v1.ServiceAccount(
            f"{self._name}-account-{workload}",
            metadata={"name": reader(workload), "namespace": self._namespace},
            automount_service_account_token=False,
            opts=self.child(),
        )
        return name_of(made.metadata)

    def _tokens(self, accounts: Sequence[pulumi.Output[str]]) -> pulumi.Resource:
        """The right to make tokens of these accounts, and of no others."""
        metadata: meta.v1.ObjectMetaArgsDict = {"name": TOKENS, "namespace": self._namespace}
        role = rbac.v1.Role(
            f"{self._name}-tokens",
            metadata=metadata,
            rules=[
                {
                    "api_groups": [""],
                    "resources": ["serviceaccounts/token"],
                    "resource_names": list(accounts),
                    "verbs": ["create"],
                }
            ],
            opts=self.child(),
        )
        return rbac.v1.RoleBinding(
            f"{self._name}-tokens",
            metadata=metadata,
            role_ref={"api_group": "rbac.authorization.k8s.io", "kind": "Role", "name": name_of(role.metadata)},
            subjects=[
                {
                    "kind": "ServiceAccount",
                    "name": external_secrets.SERVICE_ACCOUNT,
                    "namespace": external_secrets.NAMESPACE,
                }
            ],
            opts=self.child(),
        )

    def _store(self, workload: str, *, after: Sequence[pulumi.Resource]) -> None:
        """https://external-secrets.io/latest/provider/hashicorp-vault/"""
        account = {"name": reader(workload), "namespace": NAMESPACE, "audiences": [AUDIENCE]}
        apiextensions.CustomResource(
            f"{self._name}-store-{workload}",
            api_version=external_secrets.API,
            kind="ClusterSecretStore",
            metadata={"name": store(workload)},
            spec={
                "provider": {
                    "vault": {
                        "server": SERVICE,
                        "path": MOUNT,
                        "version": "v2",
                        "caProvider": {
                            "type": "Secret",
                            "name": TLS_SECRET,
                            "namespace": NAMESPACE,
                            "key": "ca.crt",
                        },
                        "auth": {
                            "kubernetes": {
                                "mountPath": "kubernetes",
                                "role": reader(workload),
                                "serviceAccountRef": account,
                            }
                        },
                    }
                },
                "conditions": [{"namespaces": [workload]}],
            },
            opts=self.child(depends_on=list(after)),
        )

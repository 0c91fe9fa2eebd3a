"""A secret of a namespace, read from the cloud's store."""

from collections.abc import Mapping
from typing import Any

import pulumi
from pulumi_kubernetes import apiextensions

from components.kubernetes.component import KubernetesComponent, Scope
from components.kubernetes.external_secrets import API, STORE
from components.kubernetes.namespace import Namespace


class StoredSecret(KubernetesComponent):
    """A Kubernetes secret that External Secrets writes and renews; nothing secret passes through the program."""

    name: pulumi.Output[str]
    """The secret's name, known once it is asked for: who takes it needs no `depends_on`."""

    def __init__(
        self,
        name: str,
        scope: Scope,
        secret: str,
        place: Namespace,
        *,
        store: apiextensions.CustomResource,
        read: Mapping[str, pulumi.Input[str]],
        fixed: Mapping[str, str] | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """Ask for it: `read` are names in `store` by key, `fixed` are further words that are no secret."""
        super().__init__("StoredSecret", name, scope, "restricted", opts)
        target: dict[str, Any] = {"name": secret}
        if fixed:
            read_too = {key: f'{{{{ index . "{key}" }}}}' for key in read}
            target["template"] = {"data": {**fixed, **read_too}}
        asked = apiextensions.CustomResource(
            f"{name}-asked",
            api_version=API,
            kind="ExternalSecret",
            metadata={"name": secret, "namespace": place.namespace},
            spec={
                "refreshInterval": "15m",
                "secretStoreRef": {"kind": "ClusterSecretStore", "name": STORE},
                "target": target,
                "data": [{"secretKey": key, "remoteRef": {"key": found}} for key, found in read.items()],
            },
            opts=self.child(depends_on=[store]),
        )
        self.name = asked.id.apply(lambda _: secret)
        self.register_outputs({})

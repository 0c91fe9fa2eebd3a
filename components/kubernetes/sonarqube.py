"""SonarQube: what analyses of the code found, for whoever reviews it."""

from collections.abc import Mapping, Sequence
from typing import Any

import pulumi
from pulumi_kubernetes import apiextensions, core

from components.kubernetes.component import KubernetesComponent, Scope, name_of
from components.kubernetes.external_secrets import READS_STORE
from components.kubernetes.namespace import Namespace, address_peer, namespace_peer
from components.kubernetes.stored_secret import StoredSecret
from settings.kubernetes.sonarqube import SonarQubeSettings

NAMESPACE = RELEASE = "sonarqube"
PORT, DATABASE_PORT = 9000, 5432

DATABASE = LOGIN = "sonarqube"
"""The database and the login that docs/operations.md makes."""

CA_FOLDER, CA_FILE = "/opt/sonarqube/database-ca", "ca.pem"

TIMEOUT_SECONDS = 1800
"""The first start, and one after an upgrade, makes tables anew and then the index."""


class SonarQube(KubernetesComponent):
    """SonarQube's Community Build with a database of its own, reached within the cluster alone.

    Its pod keeps to the restricted standard. The chart's two privileged ways of preparing a node and a volume are off:
    Bottlerocket maps as much memory as Elasticsearch within wants (`vm.max_map_count` is 1048576 there), so that
    its checks of the node stay on and pass, and the volume's group comes from `fsGroup`. It calls nobody but its
    database: neither for news of versions nor with statistics. One pod runs, since the Community Build knows no second
    one; the database, which Aurora keeps, holds all that cannot be made anew.
    """

    def __init__(
        self,
        name: str,
        scope: Scope,
        settings: SonarQubeSettings,
        *,
        store: apiextensions.CustomResource,
        secrets: Mapping[str, pulumi.Input[str]],
        database_endpoint: pulumi.Input[str],
        database_ranges: Sequence[str],
        priority: pulumi.Input[str],
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """Install it; `secrets` are the names of `admin`, `database` and `monitoring` in `store`.

        `priority` is the name of a class.
        """
        super().__init__("SonarQube", name, scope, "confidential", opts)
        place = Namespace(
            f"{name}-namespace", scope, NAMESPACE, data_class="confidential", labels=READS_STORE, opts=self.child()
        )
        place.let_out("to-database", [address_peer(cidr) for cidr in database_ranges], [DATABASE_PORT])
        # A job of the chart gives the administrator a password of ours.
        place.admit("from-itself", [namespace_peer(NAMESPACE)], [PORT])
        place.let_out("to-itself", [namespace_peer(NAMESPACE)], [PORT])
        stored = {
            "jdbc": StoredSecret(
                f"{name}-jdbc",
                scope,
                "sonarqube-jdbc",
                place,
                store=store,
                read={"password": secrets["database"]},
                opts=self.child(),
            ),
            "monitoring": StoredSecret(
                f"{name}-monitoring",
                scope,
                "sonarqube-monitoring",
                place,
                store=store,
                read={"passcode": secrets["monitoring"]},
                opts=self.child(),
            ),
            "admin": StoredSecret(
                f"{name}-admin",
                scope,
                "sonarqube-admin",
                place,
                store=store,
                read={"password": secrets["admin"]},
                # What SonarQube starts with; once it is changed the chart's job is refused, and changes nothing.
                fixed={"currentPassword": "admin"},
                opts=self.child(),
            ),
        }
        names = {secret: found.name for secret, found in stored.items()}
        scope.vendor.release(
            f"{name}-release",
            "sonarqube",
            namespace=place.namespace,
            timeout_seconds=TIMEOUT_SECONDS,
            values={
                **self._identity(),
                **_pod(settings),
                "priorityClassName": priority,
                **self._database(name, settings, place, database_endpoint, names["jdbc"]),
                "monitoringPasscodeSecretName": names["monitoring"],
                "monitoringPasscodeSecretKey": "passcode",
                "setAdminPassword": {
                    "passwordSecretName": names["admin"],
                    "resources": {"requests": {"cpu": "50m", "memory": "64Mi"}, "limits": {"memory": "64Mi"}},
                },
                "sonarProperties": {
                    "sonar.forceAuthentication": "true",
                    "sonar.telemetry.enable": "false",
                    "sonar.updatecenter.activate": "false",
                },
            },
            opts=self.child(),
        )
        self.register_outputs({})

    def _identity(self) -> dict[str, Any]:
        """What it is made from, and what it is called."""
        vendor = self.scope.vendor
        digest, _, value = vendor.digests["sonarqube"].partition(":")
        version = vendor.version("sonarqube")
        return {
            "fullnameOverride": RELEASE,
            "community": {"enabled": True},
            # The chart makes a label of the tag as well, which holds no digest: so the tag is the digest's value alone.
            "image": {
                "repository": pulumi.Output.concat(vendor.repository("sonarqube"), ":", version, "@", digest),
                "tag": value,
            },
            "podLabels": self.scope.tags.of("confidential"),
        }

    def _database(
        self,
        name: str,
        settings: SonarQubeSettings,
        place: Namespace,
        endpoint: pulumi.Input[str],
        secret: pulumi.Input[str],
    ) -> dict[str, Any]:
        """Its way to the database: encrypted, and checked where the database's authority is known."""
        checked = f"verify-full&sslrootcert={CA_FOLDER}/{CA_FILE}" if settings.database_ca else "require"
        url = pulumi.Output.concat("jdbc:postgresql://", endpoint, f":{DATABASE_PORT}/{DATABASE}?sslmode={checked}")
        values: dict[str, Any] = {
            "jdbcOverwrite": {
                "enabled": True,
                "jdbcUrl": url,
                "jdbcUsername": LOGIN,
                "jdbcSecretName": secret,
                "jdbcSecretPasswordKey": "password",
            }
        }
        if settings.database_ca:
            authority = core.v1.ConfigMap(
                f"{name}-database-ca",
                metadata={"name": "sonarqube-database-ca", "namespace": place.namespace},
                data={CA_FILE: settings.database_ca},
                opts=self.child(),
            )
            values["extraVolumes"] = [{"name": "database-ca", "configMap": {"name": name_of(authority.metadata)}}]
            values["extraVolumeMounts"] = [{"name": "database-ca", "mountPath": CA_FOLDER, "readOnly": True}]
        return values


def _pod(settings: SonarQubeSettings) -> dict[str, Any]:
    """One pod under the restricted standard, and the volume of its index."""
    memory = f"{settings.memory_mib}Mi"
    return {
        "deploymentType": "Deployment",
        "initSysctl": {"enabled": False},
        "initFs": {"enabled": False},
        "tests": {"enabled": False},
        "serviceAccount": {"create": True, "name": RELEASE, "automountToken": False},
        "containerSecurityContext": {"readOnlyRootFilesystem": True},
        "initContainers": {
            "resources": {"requests": {"cpu": "50m", "memory": "64Mi"}, "limits": {"memory": "64Mi"}},
        },
        "resources": {
            "requests": {
                "cpu": f"{settings.cpu_millicores}m",
                "memory": memory,
                "ephemeral-storage": "1Gi",
            },
            "limits": {
                "cpu": f"{2 * settings.cpu_millicores}m",
                "memory": memory,
                "ephemeral-storage": "4Gi",
            },
        },
        # Without a class: the cluster's default, which encrypts.
        "persistence": {"enabled": True, "size": f"{settings.volume_gib}Gi"},
        # Tables are made anew at an upgrade, for minutes.
        "startupProbe": {"failureThreshold": 120, "timeoutSeconds": 5},
        "readinessProbe": {"timeoutSeconds": 5},
        "livenessProbe": {"timeoutSeconds": 5},
    }

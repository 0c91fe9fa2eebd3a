"""Vault: one a cluster, sealed by its own cloud's key, and configured, saved and copied by programs beside it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pulumi
from pulumi_kubernetes import apiextensions, batch, core

from components.kubernetes.component import KubernetesComponent, Scope, name_of
from components.kubernetes.namespace import Namespace, address_peer, namespace_peer
from components.kubernetes.pods import CONTAINER, spread
from components.kubernetes.storage import Class
from components.kubernetes.vault_configuration import MOUNT, policies, roles
from settings.kubernetes.vault import VaultSettings

NAMESPACE = "vault"
SERVER, CONFIGURE, SNAPSHOT, EXPORT, IMPORT, OPERATOR = (
    "vault",
    "vault-configure",
    "vault-snapshot",
    "vault-export",
    "vault-import",
    "vault-operator",
)
"""Service accounts, to which the clouds give rights by these names."""

AUDIENCE = "vault"
"""Whom pods' tokens for Vault are meant for: no other reader of them can use them here."""

API_PORT, CLUSTER_PORT = 8200, 8201
TLS_SECRET = "vault-tls"
TLS_FOLDER = f"/vault/userconfig/{TLS_SECRET}"
AUDIT_LOG = "/vault/audit/audit.log"

SERVERS: Mapping[str, str] = {"app.kubernetes.io/name": "vault", "component": "server"}
"""Labels that the chart gives to servers."""

JOBS: Mapping[str, str] = {"app.kubernetes.io/component": "vault-job"}
"""The label of the programs' pods."""

PROGRAMS = Path(__file__).with_name("vault_jobs")
SETTINGS_FOLDER, CODE_FOLDER, TOKENS_FOLDER = "/etc/vault-jobs", "/opt/vault_jobs", "/var/run/secrets/vault"
CA_FOLDER = "/etc/vault-ca"
CA_FILE, GOOGLE_TOKEN_FILE = f"{CA_FOLDER}/ca.crt", f"{TOKENS_FOLDER}/google"
SERVICE = f"https://vault-active.{NAMESPACE}.svc:{API_PORT}"
"""Where the programs find the leader."""

# Nobody is in these images' user database; what counts is that it is not root. The server's is the image's own.
JOB_USER, SERVER_USER, SERVER_GROUP = 65532, 100, 1000

CONTAINER_SECURITY: Mapping[str, Any] = {**CONTAINER, "runAsNonRoot": True}

# Vault reads a certificate, and opens its audit log, when it starts and at this signal; it does neither by itself.
KEEPER = f"""
sum() {{ sha256sum < {TLS_FOLDER}/tls.crt; }}
seen=$(sum)
while sleep 60; do
  now=$(sum)
  if [ "$now" != "$seen" ]; then seen=$now; kill -HUP $(pidof vault); fi
  if [ "$(stat -c %s {AUDIT_LOG} 2>/dev/null || echo 0)" -gt "$AUDIT_BYTES" ]; then
    mv {AUDIT_LOG} {AUDIT_LOG}.1; kill -HUP $(pidof vault)
  fi
done
"""


@dataclass(frozen=True)
class Home:
    """What Vault needs of its own cloud."""

    seal: Mapping[str, pulumi.Input[str]]
    """Options of the seal: the key that opens Vault at its start."""

    recovery_store: Mapping[str, pulumi.Input[str]]
    """The secret that gets the recovery keys, as vault_jobs/places.py takes it."""

    snapshot_store: Mapping[str, pulumi.Input[str]]
    """The bucket for snapshots, as vault_jobs/places.py takes it."""

    accounts: Mapping[str, pulumi.Input[str]]
    """Names of service accounts that are known only once they have their rights."""


@dataclass(frozen=True)
class Exports:
    """The primary's side of the copy: where to, is told by a ConfigMap of the stack that joins the regions."""

    google_audience: str
    """What Google expects in the tokens of this cluster's pods."""


@dataclass(frozen=True)
class Imports:
    """The standby's side of the copy."""

    project: str
    bucket: pulumi.Input[str]
    key: pulumi.Input[str]


class Vault(KubernetesComponent):
    """Servers in different zones with one log (raft), TLS everywhere, and programs that run beside them.

    Nobody holds a key that opens Vault: its own cloud's KMS does. A program initialises it and makes it what the
    settings say, in rounds; another saves it in its own cloud, and two more carry the applications' secrets from the
    primary's Vault to the standby's, through a bucket: pods have no way over the private link. The standby's import
    rests while the region serves, when people write there.

    The servers' certificate is of a CA of this namespace's own, which trusts nobody else. The chart replaces no server
    by itself (`OnDelete`): a leader must go last (docs/operations.md).
    """

    place: Namespace
    """Its namespace, for who lets somebody in."""

    def __init__(
        self,
        name: str,
        scope: Scope,
        settings: VaultSettings,
        *,
        workloads: Sequence[str],
        home: Home,
        copy: Exports | Imports,
        volumes: Mapping[Class, pulumi.Input[str]],
        after: Sequence[pulumi.Resource] = (),
        priority: pulumi.Input[str],
        jobs_priority: pulumi.Input[str],
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """Install it with secrets of `workloads`, which VaultReaders leads to them; `after` defines certificates.

        `volumes` are the classes of volumes by name, `priority` is the class of the servers, `jobs_priority` that of
        the programs beside them.
        """
        super().__init__("Vault", name, scope, "restricted", opts)
        self._name, self._settings, self._home = name, settings, home
        self._workloads, self._copy = workloads, copy
        self._priority, self._jobs_priority = priority, jobs_priority
        self.place = Namespace(f"{name}-namespace", scope, NAMESPACE, data_class="restricted", opts=self.child())
        self._namespace = self.place.namespace
        self._ways(self.place)
        self._certificates(after)
        self._accounts = {account: self._account(account) for account in (CONFIGURE, SNAPSHOT, self._copier, OPERATOR)}
        self._release(volumes)
        self._programs()
        self.register_outputs({})

    @property
    def _copier(self) -> str:
        return EXPORT if isinstance(self._copy, Exports) else IMPORT

    def _ways(self, place: Namespace) -> None:
        """What may be reached by whom."""
        here = namespace_peer(NAMESPACE, SERVERS)
        place.admit("from-servers", [here], [API_PORT, CLUSTER_PORT], pods=SERVERS)
        place.let_out("to-servers", [here], [API_PORT, CLUSTER_PORT], pods=SERVERS)
        place.admit("from-jobs", [namespace_peer(NAMESPACE, JOBS)], [API_PORT], pods=SERVERS)
        place.let_out("from-jobs-to-servers", [here], [API_PORT], pods=JOBS)
        # Reviews of tokens, and the labels by which the leader is found.
        place.let_out_to_api_server(pods=SERVERS)
        # Keys, secrets and buckets of the clouds have public addresses, or endpoints in the network.
        place.let_out("to-https", [address_peer("0.0.0.0/0")], [443])

    def _certificates(self, after: Sequence[pulumi.Resource]) -> None:
        """A CA of the namespace's own, and the servers' certificate."""
        self._issued("Issuer", "vault-root", {"selfSigned": {}}, after)
        self._issued(
            "Certificate",
            "vault-ca",
            {
                "isCA": True,
                "commonName": "vault-ca",
                "secretName": "vault-ca",
                # Ten years: whoever trusts it would have to be told of another one.
                "duration": "87600h",
                "privateKey": {"algorithm": "ECDSA", "size": 384},
                "issuerRef": {"name": "vault-root"},
            },
            after,
        )
        self._issued("Issuer", "vault-ca", {"ca": {"secretName": "vault-ca"}}, after)
        services = ("vault", "vault-active", "vault-standby")
        self._issued(
            "Certificate",
            TLS_SECRET,
            {
                "secretName": TLS_SECRET,
                "commonName": "vault",
                "dnsNames": [
                    "localhost",
                    "*.vault-internal",
                    f"*.vault-internal.{NAMESPACE}.svc",
                    *(f"{service}.{NAMESPACE}.svc{tail}" for service in services for tail in ("", ".cluster.local")),
                ],
                "ipAddresses": ["127.0.0.1"],
                "duration": "2160h",
                "renewBefore": "720h",
                "privateKey": {"algorithm": "ECDSA", "size": 256, "rotationPolicy": "Always"},
                "usages": ["digital signature", "server auth", "client auth"],
                "issuerRef": {"name": "vault-ca"},
            },
            after,
        )

    def _issued(self, kind: str, name: str, spec: Mapping[str, Any], after: Sequence[pulumi.Resource]) -> None:
        apiextensions.CustomResource(
            f"{self._name}-{kind.lower()}-{name}",
            api_version="cert-manager.io/v1",
            kind=kind,
            metadata={"name": name, "namespace": self._namespace},
            spec=spec,
            opts=self.child(depends_on=list(after)),
        )

    def _account(self, account: str) -> pulumi.Output[str]:
        """A service account; one with rights in the cloud waits for them."""
        made = core.v1.ServiceAccount(
            f"{self._name}-account-{account}",
            metadata={"name": self._home.accounts.get(account, account), "namespace": self._namespace},
            automount_service_account_token=False,
            opts=self.child(),
        )
        return name_of(made.metadata)

    def _release(self, volumes: Mapping[Class, pulumi.Input[str]]) -> None:
        vendor, settings = self.scope.vendor, self._settings
        security = {
            "runAsNonRoot": True,
            "runAsUser": SERVER_USER,
            "runAsGroup": SERVER_GROUP,
            "fsGroup": SERVER_GROUP,
            "seccompProfile": {"type": "RuntimeDefault"},
        }
        keeper = {
            "name": "keeper",
            "image": vendor.reference("vault"),
            "command": ["/bin/sh", "-c", KEEPER],
            # Two files, and room for what is written until the next look.
            "env": [{"name": "AUDIT_BYTES", "value": str(settings.audit_gib * 2**30 * 2 // 5)}],
            "securityContext": CONTAINER_SECURITY,
            "resources": {"requests": {"cpu": "50m", "memory": "64Mi"}, "limits": {"memory": "64Mi"}},
            "volumeMounts": [
                {"name": "audit", "mountPath": "/vault/audit"},
                {"name": f"userconfig-{TLS_SECRET}", "mountPath": TLS_FOLDER, "readOnly": True},
            ],
        }
        vendor.release(
            f"{self._name}-release",
            "vault",
            namespace=self._namespace,
            values={
                "global": {"tlsDisable": False},
                "injector": {"enabled": False},
                "ui": {"enabled": False},
                "server": {
                    "image": {"repository": vendor.repository("vault"), "tag": vendor.tag("vault")},
                    "serviceAccount": {"name": self._home.accounts.get(SERVER, SERVER)},
                    "logFormat": "json",
                    "priorityClassName": self._priority,
                    # Autopilot gives no less to pods that keep apart from each other.
                    "resources": {"requests": {"cpu": "500m", "memory": "1Gi"}, "limits": {"memory": "1Gi"}},
                    "statefulSet": {"securityContext": {"pod": security, "container": CONTAINER_SECURITY}},
                    "topologySpreadConstraints": spread(SERVERS, strictly=True),
                    # Before the first round of configuration there is nothing to be unsealed: that is no fault.
                    "readinessProbe": {"path": "/v1/sys/health?standbyok=true&uninitcode=204"},
                    "livenessProbe": {
                        "enabled": True,
                        "path": "/v1/sys/health?standbyok=true&uninitcode=204&sealedcode=204",
                    },
                    "extraEnvironmentVars": {"VAULT_CACERT": f"{TLS_FOLDER}/ca.crt"},
                    "extraVolumes": [{"type": "secret", "name": TLS_SECRET}],
                    "volumes": [{"name": "tmp", "emptyDir": {}}],
                    "volumeMounts": [{"name": "tmp", "mountPath": "/tmp"}],
                    "shareProcessNamespace": True,
                    "extraContainers": [keeper],
                    # By name: a claim that is made before the cluster has a default of ours gets the cloud's.
                    "dataStorage": {
                        "size": f"{settings.data_gib}Gi",
                        "storageClass": volumes["encrypted-retained"],
                    },
                    "auditStorage": {
                        "enabled": True,
                        "size": f"{settings.audit_gib}Gi",
                        "storageClass": volumes["encrypted"],
                    },
                    "persistentVolumeClaimRetentionPolicy": {"whenDeleted": "Retain", "whenScaled": "Retain"},
                    "ha": {
                        "enabled": True,
                        "replicas": settings.replicas,
                        "raft": {"enabled": True, "setNodeId": True, "config": self._configuration()},
                    },
                },
            },
            opts=self.child(),
        )

    def _configuration(self) -> pulumi.Output[str]:
        """The servers' configuration, in JSON, which is HCL too."""
        joins = [
            {
                "leader_api_addr": f"https://vault-{server}.vault-internal:{API_PORT}",
                "leader_ca_cert_file": f"{TLS_FOLDER}/ca.crt",
                "leader_client_cert_file": f"{TLS_FOLDER}/tls.crt",
                "leader_client_key_file": f"{TLS_FOLDER}/tls.key",
            }
            for server in range(self._settings.replicas)
        ]
        kind = "awskms" if self.scope.cloud == "aws" else "gcpckms"
        return pulumi.Output.json_dumps(
            {
                "ui": False,
                # With raft, memory that is locked would be the whole database; nodes have no swap.
                "disable_mlock": True,
                "listener": {
                    "tcp": {
                        "address": f"[::]:{API_PORT}",
                        "cluster_address": f"[::]:{CLUSTER_PORT}",
                        "tls_cert_file": f"{TLS_FOLDER}/tls.crt",
                        "tls_key_file": f"{TLS_FOLDER}/tls.key",
                        "tls_min_version": "tls12",
                    }
                },
                "storage": {"raft": {"path": "/vault/data", "performance_multiplier": 1, "retry_join": joins}},
                "seal": {kind: dict(self._home.seal)},
                "service_registration": {"kubernetes": {}},
            },
            sort_keys=True,
        )

    def _programs(self) -> None:
        """The programs, what each is told, and when it runs."""
        settings, home, mode = self._settings, self._home, self.scope.mode
        vault = {"address": SERVICE, "authority": CA_FILE}
        told: dict[str, pulumi.Output[str]] = {
            CONFIGURE: pulumi.Output.json_dumps({**vault, **self._desired()}, sort_keys=True),
            SNAPSHOT: pulumi.Output.json_dumps(
                {**vault, "store": dict(home.snapshot_store), "folder": NAMESPACE}, sort_keys=True
            ),
        }
        if isinstance(self._copy, Imports):
            copied = {"project": self._copy.project, "bucket": self._copy.bucket, "key": self._copy.key}
            told[IMPORT] = pulumi.Output.json_dumps({**vault, "mount": MOUNT, **copied}, sort_keys=True)
        code = core.v1.ConfigMap(
            f"{self._name}-code",
            metadata={"name": "vault-jobs", "namespace": self._namespace},
            data={file.name: file.read_text() for file in sorted(PROGRAMS.glob("*.py"))},
            opts=self.child(),
        )
        self._code = name_of(code.metadata)
        for program, content in told.items():
            core.v1.ConfigMap(
                f"{self._name}-{program}",
                metadata={"name": program, "namespace": self._namespace},
                data={"settings.json": content},
                opts=self.child(),
            )
        self._schedule(CONFIGURE, ["vault_jobs.configure"], f"*/{settings.configure_minutes} * * * *")
        self._schedule(SNAPSHOT, ["vault_jobs.snapshot"], f"17 */{settings.snapshot_hours} * * *", memory="1Gi")
        every = f"*/{settings.copy_minutes} * * * *"
        if isinstance(self._copy, Exports):
            self._schedule(EXPORT, ["vault_jobs.copies", "export"], every, google=self._copy.google_audience)
        else:
            # Else what people write here would be undone.
            self._schedule(IMPORT, ["vault_jobs.copies", "import"], every, suspend=mode == "active")

    def _desired(self) -> dict[str, Any]:
        """What Vault is made to be."""
        settings, copier = self._settings, "export" if self._copier == EXPORT else "import"
        return {
            "first": f"https://vault-0.vault-internal.{NAMESPACE}.svc:{API_PORT}",
            "recovery": {
                "shares": settings.recovery_shares,
                "threshold": settings.recovery_threshold,
                "pgp_keys": list(settings.recovery_pgp_keys),
            },
            "recovery_store": dict(self._home.recovery_store),
            "kubernetes": {"kubernetes_host": "https://kubernetes.default.svc"},
            # Two, since Vault answers nobody while none can be written: a full disk alone must not stop it.
            "audit": {
                "stdout": {"type": "file", "options": {"file_path": "stdout"}},
                "disk": {"type": "file", "options": {"file_path": AUDIT_LOG}},
            },
            "mounts": {MOUNT: {"type": "kv", "options": {"version": "2"}, "description": "Secrets of applications"}},
            # A server that is gone for a day does not come back, and must not count for the majority.
            "autopilot": {
                "cleanup_dead_servers": True,
                "dead_server_last_contact_threshold": "24h",
                "min_quorum": settings.replicas // 2 + 1,
            },
            "policies": policies(self._workloads, copier),
            "roles": roles(self._workloads, copier, NAMESPACE, AUDIENCE),
        }

    def _schedule(
        self,
        program: str,
        command: Sequence[str],
        schedule: str,
        *,
        memory: str = "256Mi",
        google: str | None = None,
        suspend: bool = False,
    ) -> None:
        """Run a program with its service account, its settings and a token for Vault, one run at a time."""
        audiences = {"token": AUDIENCE} | ({"google": google} if google else {})
        tokens = [_token(path, audience) for path, audience in audiences.items()]
        volumes: dict[str, core.v1.VolumeArgsDict] = {
            SETTINGS_FOLDER: {"name": "settings", "config_map": {"name": program, "optional": google is not None}},
            CODE_FOLDER: {"name": "code", "config_map": {"name": self._code}},
            CA_FOLDER: {
                "name": "ca",
                "secret": {"secret_name": TLS_SECRET, "items": [{"key": "ca.crt", "path": "ca.crt"}]},
            },
            TOKENS_FOLDER: {"name": "tokens", "projected": {"sources": tokens}},
            "/tmp": {"name": "tmp", "empty_dir": {}},
        }
        batch.v1.CronJob(
            f"{self._name}-{program}",
            metadata={"name": program, "namespace": self._namespace},
            spec={
                "schedule": schedule,
                "suspend": suspend,
                "concurrency_policy": "Forbid",
                "starting_deadline_seconds": 120,
                "successful_jobs_history_limit": 1,
                "failed_jobs_history_limit": 3,
                "job_template": {
                    "spec": {
                        # The next round tries again; a retry at once would try the same.
                        "backoff_limit": 0,
                        "active_deadline_seconds": 900,
                        "ttl_seconds_after_finished": 24 * 60 * 60,
                        "template": {
                            "metadata": {"labels": {**JOBS, "app.kubernetes.io/name": program}},
                            "spec": {
                                "service_account_name": self._accounts[program],
                                "automount_service_account_token": False,
                                "restart_policy": "Never",
                                "priority_class_name": self._jobs_priority,
                                "security_context": {
                                    "run_as_non_root": True,
                                    "run_as_user": JOB_USER,
                                    "run_as_group": JOB_USER,
                                    "fs_group": JOB_USER,
                                    "seccomp_profile": {"type": "RuntimeDefault"},
                                },
                                "containers": [
                                    {
                                        "name": program,
                                        "image": self.scope.vendor.reference("python"),
                                        "command": ["python3", "-m", *command, f"{SETTINGS_FOLDER}/settings.json"],
                                        "working_dir": "/opt",
                                        "env": [{"name": "PYTHONDONTWRITEBYTECODE", "value": "1"}],
                                        "security_context": {
                                            "allow_privilege_escalation": False,
                                            "capabilities": {"drop": ["ALL"]},
                                            "read_only_root_filesystem": True,
                                        },
                                        "resources": {
                                            "requests": {"cpu": "100m", "memory": memory},
                                            "limits": {"memory": memory},
                                        },
                                        "volume_mounts": [
                                            {"name": volume["name"], "mount_path": path, "read_only": path != "/tmp"}
                                            for path, volume in volumes.items()
                                        ],
                                    }
                                ],
                                "volumes": list(volumes.values()),
                            },
                        },
                    }
                },
            },
            opts=self.child(),
        )


def _token(path: str, audience: str) -> core.v1.VolumeProjectionArgsDict:
    return {"service_account_token": {"path": path, "audience": audience, "expiration_seconds": 600}}

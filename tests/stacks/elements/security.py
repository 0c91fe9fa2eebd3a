"""Certificates, names, secrets, and what may start at all."""

from tests.stacks.elements.foundation import associated
from tests.stacks.elements.model import (
    ABSENT,
    PINNED,
    STACKS,
    WORKLOADS,
    Element,
    Objects,
    Output,
    at_least,
    both,
    having,
    like,
    one,
)

ECR = "111122223333.dkr.ecr.us-west-2.amazonaws.com/platform-production"
VAULT = "server ha raft config"
TWO = {"replicaCount": at_least(2), "podDisruptionBudget minAvailable": 1}


def _member(kind: str, name: str, account: str) -> Objects:
    namespace, _, service_account = account.partition("/")
    return one(kind, name, {"member": like(rf"\.svc\.id\.goog/subject/ns/{namespace}/sa/{service_account}$")})


CERT_MANAGER = one(
    "Release",
    "cert-manager/cert-manager",
    {
        **TWO,
        "webhook replicaCount": at_least(2),
        "cainjector replicaCount": at_least(2),
        "crds keep": True,
        "dns01RecursiveNameserversOnly": True,
        "image tag": PINNED,
        "acmesolver image tag": PINNED,
    },
)


def _public_issuer(solver: dict[str, object], zone: str) -> Objects:
    return one(
        "ClusterIssuer",
        "letsencrypt",
        {
            "spec acme server": "https://acme-v02.api.letsencrypt.org/directory",
            **{f"spec acme solvers * dns01 {key}": value for key, value in solver.items()},
            "spec acme solvers * http01": ABSENT,
            "spec acme solvers * selector dnsZones": [zone],
        },
    )


def _external_dns(cloud: str, domain: str, front_door: tuple[str, ...], zone: Output) -> Objects:
    return one(
        "Release",
        "external-dns/external-dns",
        {
            "domainFilters": [domain],
            "excludeDomains": having(*front_door),
            "extraArgs zone-id-filter": zone,
            "registry": "txt",
            "txtOwnerId": f"platform-production-{cloud}",
            "policy": "sync",
            "image tag": PINNED,
        },
    )


EXTERNAL_SECRETS = one(
    "Release",
    "external-secrets/external-secrets",
    {
        **TWO,
        "leaderElect": True,
        "webhook replicaCount": at_least(2),
        "certController replicaCount": at_least(2),
        "processClusterExternalSecret": False,
        "rbac serviceAccountTokenCreate": False,
        "image tag": PINNED,
    },
)
STORE = {
    "spec conditions * namespaceSelector matchLabels secret-store": "platform",
    "spec provider * auth": ABSENT,
}


def _vault(seal: dict[str, object]) -> tuple[Objects, ...]:
    return (
        one(
            "Release",
            "vault/vault",
            {
                "global tlsDisable": False,
                "injector enabled": False,
                "server ha replicas": 5,
                "server topologySpreadConstraints * whenUnsatisfiable": "DoNotSchedule",
                "server auditStorage enabled": True,
                "server auditStorage storageClass": "encrypted",
                "server dataStorage storageClass": "encrypted-retained",
                "server persistentVolumeClaimRetentionPolicy whenDeleted": "Retain",
                "server image tag": PINNED,
                f"{VAULT} listener tcp tls_min_version": "tls12",
                f"{VAULT} listener tcp tls_disable": ABSENT,
                f"{VAULT} storage raft retry_join * leader_api_addr": like(r"^https://"),
                **{f"{VAULT} seal {key}": value for key, value in seal.items()},
            },
        ),
        one("Certificate", "vault/vault-tls", {"spec issuerRef name": "vault-ca", "spec duration": "2160h"}),
    )


def _vault_jobs(*programs: str) -> Objects:
    return Objects(
        "CronJob",
        tuple(f"vault/vault-{program}" for program in programs),
        {
            "spec suspend": False,
            "spec concurrencyPolicy": "Forbid",
            "spec schedule": like(r"^\S+( \S+){4}$"),
            "spec jobTemplate spec template spec automountServiceAccountToken": False,
            "spec jobTemplate spec template spec containers * image": PINNED,
            "spec jobTemplate spec template spec securityContext runAsNonRoot": True,
        },
    )


POLICIES = ("closed-network", "images", "pod-security", "probes", "runnable")
ADMISSION = (
    one(
        "Release",
        "kyverno/kyverno",
        {
            "admissionController replicas": at_least(3),
            "admissionController podDisruptionBudget minAvailable": 2,
            "admissionController container image tag": PINNED,
            "features policyExceptions enabled": False,
        },
    ),
    Objects(
        "ValidatingPolicy",
        tuple(f"workloads-{policy}" for policy in POLICIES),
        {
            "spec validationActions": ["Deny"],
            "spec failurePolicy": "Fail",
            "spec evaluation admission enabled": True,
            "spec matchConstraints namespaceSelector matchExpressions 0 values": list(WORKLOADS),
        },
    ),
)


def _registry(repositories: str) -> Objects:
    return one(
        "ValidatingPolicy",
        "workloads-images",
        {"spec validations * expression": having(f"image.startsWith('{repositories}", "@sha256:")},
    )


SECURITY = (
    Element(
        "cert-manager",
        "Certificates",
        {
            "prod": (CERT_MANAGER, associated("cert-manager", "cert-manager", "cert-manager")),
            "dr": (
                CERT_MANAGER,
                _member(
                    "gcp:projects/iAMMember:IAMMember", "controllers-cert-manager-zones", "cert-manager/cert-manager"
                ),
            ),
        },
    ),
    Element(
        "issuers",
        "Certificates",
        {
            "prod": (
                _public_issuer(
                    {"route53 hostedZoneID": Output("aws:route53/zone:Zone", "edge-zone-zone", "zoneId")}, "example.com"
                ),
                one("ClusterIssuer", "mesh-ca", {"spec ca secretName": "mesh-ca"}),
                one(
                    "Certificate",
                    "cert-manager/mesh-ca",
                    {
                        "spec isCA": True,
                        "spec privateKey rotationPolicy": "Never",
                        "spec usages": ["cert sign", "crl sign"],
                    },
                ),
            ),
            "dr": (
                _public_issuer(
                    {"cloudDNS hostedZoneName": Output("gcp:dns/managedZone:ManagedZone", "edge-gcp-zone", "name")},
                    "gcp.example.com",
                ),
            ),
        },
        without={"dr": {"the issuer `mesh-ca`": "Google runs the mesh by the fleet, with an authority of its own"}},
    ),
    Element(
        "ExternalDNS",
        "Names",
        {
            "prod": (
                _external_dns(
                    "aws",
                    "example.com",
                    (
                        "www.example.com",
                        "api.example.com",
                        "primary.example.com",
                        "standby.example.com",
                        "gcp.example.com",
                    ),
                    Output("aws:route53/zone:Zone", "edge-zone-zone", "zoneId"),
                ),
                associated("external-dns", "external-dns", "external-dns"),
            ),
            "dr": (
                _external_dns(
                    "gcp",
                    "gcp.example.com",
                    ("www.gcp.example.com", "api.gcp.example.com"),
                    Output("gcp:dns/managedZone:ManagedZone", "edge-gcp-zone", "name"),
                ),
            ),
        },
    ),
    Element(
        "External Secrets",
        "Secrets of the cloud's store",
        {
            "prod": (
                EXTERNAL_SECRETS,
                one("ClusterSecretStore", "platform", {**STORE, "spec provider aws service": "SecretsManager"}),
                associated("external-secrets", "external-secrets", "external-secrets"),
            ),
            "dr": (
                EXTERNAL_SECRETS,
                one("ClusterSecretStore", "platform", {**STORE, "spec provider gcpsm projectID": "example-standby"}),
                _member(
                    "gcp:secretmanager/secretIamMember:SecretIamMember",
                    "controllers-external-secrets-session-signing",
                    "external-secrets/external-secrets",
                ),
            ),
        },
    ),
    Element(
        "Vault",
        "Vault",
        {
            "prod": (
                *_vault({"awskms kms_key_id": Output("aws:kms/key:Key", "keys-vault", "arn")}),
                associated("vault", "vault", "vault"),
            ),
            "dr": (
                *_vault({"gcpckms crypto_key": Output("gcp:kms/cryptoKey:CryptoKey", "keys-vault", "name")}),
                _member("gcp:kms/cryptoKeyIAMMember:CryptoKeyIAMMember", "controllers-vault", "vault/vault"),
            ),
        },
    ),
    Element(
        "Vault's configuration, snapshots and copies",
        "Vault: jobs",
        {
            "prod": (_vault_jobs("configure", "snapshot", "export"),),
            "dr": (_vault_jobs("configure", "snapshot", "import"),),
        },
    ),
    Element(
        "workloads' secrets in Vault",
        "Vault: readers",
        both(
            one(
                "ClusterSecretStore",
                "vault-core",
                {
                    "spec conditions": [{"namespaces": ["core"]}],
                    "spec provider vault server": like(r"^https://"),
                    "spec provider vault auth kubernetes role": "workload-core",
                    "spec provider vault auth kubernetes serviceAccountRef audiences": ["vault"],
                },
            ),
            one("ServiceAccount", "vault/workload-core", {"automountServiceAccountToken": False}),
            one(
                "Role",
                "vault/external-secrets-tokens",
                {"rules * resources": ["serviceaccounts/token"], "rules * resourceNames": ["workload-core"]},
            ),
        ),
        off=dict.fromkeys(
            STACKS,
            "unless a workload names secrets under `uses.vault`: External Secrets has no way to Vault for nothing",
        ),
    ),
    Element(
        "policy at admission",
        "What may start in the workloads' namespaces",
        {
            "prod": (*ADMISSION, _registry(f"{ECR}/")),
            "dr": (*ADMISSION, _registry("us-central1-docker.pkg.dev/example-standby/")),
        },
        without={
            "dr": {
                "the registry's rule for Google's own proxies, the one entry of `EXEMPT_IMAGES`": "the managed mesh "
                "puts them beside each container"
            }
        },
    ),
    Element(
        "signed images",
        "What may start in the workloads' namespaces",
        {
            "prod": (
                one(
                    "ImageValidatingPolicy",
                    "workloads-signatures",
                    {
                        "spec validationActions": ["Deny"],
                        "spec failurePolicy": "Fail",
                        "spec validationConfigurations required": True,
                        "spec matchImageReferences * glob": f"{ECR}/*",
                        "spec attestors * cosign key data": like("^-----BEGIN PUBLIC KEY-----"),
                        "spec validations * expression": having("verifyImageSignatures", ".all("),
                    },
                ),
            ),
            "dr": (
                one(
                    "gcp:binaryauthorization/policy:Policy",
                    "admission-policy",
                    {
                        "defaultAdmissionRule evaluationMode": "REQUIRE_ATTESTATION",
                        "defaultAdmissionRule enforcementMode": "ENFORCED_BLOCK_AND_AUDIT_LOG",
                    },
                ),
                one(
                    "gcp:container/cluster:Cluster",
                    "cluster-cluster",
                    {"binaryAuthorization evaluationMode": "PROJECT_SINGLETON_POLICY_ENFORCE"},
                ),
            ),
        },
        without={
            "dr": {"signatures in Kyverno": "Binary Authorization judges them, before any webhook and without a pod"}
        },
        off={"prod": "without `platform.admission.signing_keys` the same policy lets no workload start"},
    ),
    Element(
        "image scanning",
        "Reports on what is configured badly",
        {
            "prod": (
                one(
                    "aws:ecr/registryScanningConfiguration:RegistryScanningConfiguration",
                    "registry-scanning",
                    {
                        "scanType": "ENHANCED",
                        "rules * scanFrequency": "CONTINUOUS_SCAN",
                        "rules * repositoryFilters * filter": "*",
                    },
                ),
                one("aws:inspector2/enabler:Enabler", "account-detection-inspector", {"resourceTypes": having("ECR")}),
                one(
                    "Release",
                    "trivy-system/trivy-operator",
                    {"operator configAuditScannerEnabled": True, "image tag": PINNED},
                ),
            ),
            "dr": (
                one(
                    "gcp:projects/service:Service", "services-containerscanning", {"service": like("containerscanning")}
                ),
                Objects(
                    "gcp:artifactregistry/repository:Repository",
                    ("registry-images", "registry-vendor"),
                    {"vulnerabilityScanningConfig enablementConfig": "INHERITED"},
                ),
                one(
                    "Release",
                    "trivy-system/trivy-operator",
                    {"operator configAuditScannerEnabled": True, "image tag": PINNED},
                ),
            ),
        },
    ),
)

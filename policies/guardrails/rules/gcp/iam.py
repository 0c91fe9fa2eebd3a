"""IAM: who is granted what, by which resource, and credentials that outlive their purpose."""

from collections.abc import Iterator, Mapping

from pulumi_policy import Severity

from guardrails.model import Finding, ResourceRule, Setting
from guardrails.subject import Node, Resource

# Resources whose rights are granted on themselves, as the SDK's tokens start.
HIERARCHY = ("folder/iAM", "organizations/iAM", "projects/iAM")
KEYS = ("kms/cryptoKeyIAM", "kms/keyRingIAM")
BUCKETS = ("storage/bucketIAM", "storage/managedFolderIam")
OTHERS = (
    "artifactregistry/repositoryIam",
    "bigquery/datasetIam",
    "bigtable/instanceIam",
    "bigtable/tableIam",
    "binaryauthorization/attestorIam",
    "cloudfunctionsv2/functionIam",
    "cloudrun/iam",
    "cloudrunv2/jobIam",
    "cloudrunv2/serviceIam",
    "compute/subnetworkIAM",
    "dns/dnsManagedZoneIam",
    "gkebackup/backupPlanIam",
    "pubsub/schemaIam",
    "pubsub/subscriptionIAM",
    "pubsub/topicIAM",
    "secretmanager/regionalSecretIam",
    "secretmanager/secretIam",
    "serviceAccount/iAM",
    "serviceaccount/iAM",
)

EVERYBODY = {"allUsers", "allAuthenticatedUsers"}

READ_ONE_OBJECT = "roles/storage.legacyObjectReader"
"""Reads an object by its name, and lists none."""

BASIC = {"roles/owner", "roles/editor", "roles/viewer"}

# With one of them its holder becomes any service account, or gives itself whatever it likes.
ESCALATING = {
    "iam.roles.update",
    "iam.serviceAccountKeys.create",
    "iam.serviceAccounts.actAs",
    "iam.serviceAccounts.getAccessToken",
    "iam.serviceAccounts.implicitDelegation",
    "iam.serviceAccounts.setIamPolicy",
    "iam.serviceAccounts.signBlob",
    "iam.serviceAccounts.signJwt",
    "resourcemanager.folders.setIamPolicy",
    "resourcemanager.organizations.setIamPolicy",
    "resourcemanager.projects.setIamPolicy",
}

PLANNING: Mapping[str, Setting] = {
    "planningStacks": {
        "type": "array",
        "items": {"type": "string"},
        "default": ["bootstrap"],
        "description": "Names of stacks that give CI's plans roles/viewer: they must read whatever is deployed.",
    }
}
OPEN: Mapping[str, Setting] = {
    "openBuckets": {
        "type": "array",
        "items": {"type": "string"},
        "default": ["edge-switch-readers"],
        "description": f"Names of grants of {READ_ONE_OBJECT} to everybody: the switch object's.",
    }
}


def tokens(paths: tuple[str, ...], *kinds: str) -> tuple[str, ...]:
    """Type tokens: `kms/cryptoKeyIAM` and `Member` make `gcp:kms/cryptoKeyIAMMember:CryptoKeyIAMMember`."""
    named = [(path, path.split("/")[1], kind) for path in paths for kind in kinds]
    return tuple(f"gcp:{path}{kind}:{name[0].upper()}{name[1:]}{kind}" for path, name, kind in named)


def public_members(grant: Resource) -> Iterator[Finding]:
    """A finding for each member that stands for everybody."""
    for at, member in grant.known_texts("member" if grant.type.endswith("Member") else "members"):
        if member in EVERYBODY:
            yield Finding(at, "is everybody on the internet")


def _public_unless_open(resource: Resource) -> Iterator[Finding]:
    lawful = resource.name in resource.choices("openBuckets") and resource.text("role") == READ_ONE_OBJECT
    if not lawful:
        yield from public_members(resource)


def _basic(resource: Resource) -> Iterator[Finding]:
    role = resource.text("role")
    plans = role == "roles/viewer" and resource.stack in resource.choices("planningStacks")
    if role in BASIC and not plans:
        yield Finding("role", "is a basic role")


def _authoritative(resource: Resource) -> Iterator[Finding]:
    yield Finding("", "takes away every grant that it does not name")


def _long_lived(resource: Resource) -> Iterator[Finding]:
    yield Finding("", "is a credential without an end")


def _condition(provider: Node) -> Iterator[Finding]:
    if not provider.has("attributeCondition"):
        yield Finding("attributeCondition", "is not set")
    elif provider.text("attributeCondition").strip() == "true":
        yield Finding("attributeCondition", "admits everybody")


def _escalation(role: Node) -> Iterator[Finding]:
    for at, permission in role.known_texts("permissions"):
        if permission in ESCALATING:
            yield Finding(at, "lets its holder become somebody else")


RULES = (
    ResourceRule(
        id="gcp-iam-no-basic-roles",
        types=tokens(HIERARCHY, "Member", "Binding"),
        severity=Severity.CRITICAL,
        description="Nobody is made owner, editor or viewer.",
        why="A basic role covers every service, and those that Google adds tomorrow.",
        remedy="Grant the predefined role of the one service in role, on the resource rather than the project.",
        settings=PLANNING,
        check=_basic,
    ),
    ResourceRule(
        id="gcp-iam-no-public-members",
        types=tokens((*HIERARCHY, *OTHERS, *BUCKETS), "Member", "Binding"),
        severity=Severity.CRITICAL,
        description="Rights are granted to named members.",
        why="Everybody with the address, or with any Google account, could use it.",
        remedy="Name the member; what must be public belongs behind the load balancer.",
        settings=OPEN,
        check=_public_unless_open,
    ),
    ResourceRule(
        id="gcp-iam-members-only",
        types=tokens((*HIERARCHY, *KEYS, *OTHERS, *BUCKETS), "Binding", "Policy"),
        severity=Severity.HIGH,
        description="Rights are granted one by one.",
        why="A binding or a policy also removes what others granted, the rights of Google's own services included.",
        remedy="Use the resource of the same name that ends in Member.",
        check=_authoritative,
    ),
    ResourceRule(
        id="gcp-iam-no-long-lived-credentials",
        types=(
            "gcp:projects/apiKey:ApiKey",
            "gcp:serviceAccount/key:Key",
            "gcp:serviceaccount/key:Key",
            "gcp:storage/hmacKey:HmacKey",
        ),
        severity=Severity.HIGH,
        description="No key of a service account, of an API or of Cloud Storage is made.",
        why="It lies in the state, works from anywhere, and stays valid until somebody remembers it.",
        remedy="Use Workload Identity in the cluster, and workload identity federation from AWS and GitHub.",
        check=_long_lived,
    ),
    ResourceRule(
        id="gcp-iam-federation-conditioned",
        types=("gcp:iam/workloadIdentityPoolProvider:WorkloadIdentityPoolProvider",),
        severity=Severity.CRITICAL,
        description="Providers of workload identity admit named callers only.",
        why="Whoever gets a token from the same issuer, such as any GitHub repository, could otherwise enter the pool.",
        remedy="Set attribute_condition to compare the account and role, or the repository's id, with yours.",
        check=_condition,
    ),
    ResourceRule(
        id="gcp-iam-custom-role-no-escalation",
        types=("gcp:projects/iAMCustomRole:IAMCustomRole", "gcp:organizations/iAMCustomRole:IAMCustomRole"),
        severity=Severity.HIGH,
        description="Custom roles do not let their holders become somebody else.",
        why="Acting as a stronger account, or changing grants, is the shortest way to own the project.",
        remedy="Leave the permission out; let a workload be its own principal instead.",
        check=_escalation,
    ),
)

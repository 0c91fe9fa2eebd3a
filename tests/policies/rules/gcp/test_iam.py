from dataclasses import replace

from guardrails.rules.gcp.iam import BUCKETS, HIERARCHY, KEYS, OTHERS, tokens

from tests.policies.harness import UNKNOWN, Cases, Subject, verdicts

EVERYWHERE = (*HIERARCHY, *KEYS, *OTHERS, *BUCKETS)
PROJECT_MEMBER, PROJECT_BINDING = tokens(("projects/iAM",), "Member", "Binding")
SERVICE = "serviceAccount:app@example-standby.iam.gserviceaccount.com"
MEMBER = Subject(PROJECT_MEMBER, {"role": "roles/monitoring.metricWriter", "member": SERVICE}, stack="dr")
BINDING = Subject(PROJECT_BINDING, {"role": "roles/monitoring.metricWriter", "members": [SERVICE]}, stack="dr")
[BUCKET_MEMBER] = tokens(("storage/bucketIAM",), "Member")
SWITCH = Subject(
    BUCKET_MEMBER,
    {"bucket": "switch", "role": "roles/storage.legacyObjectReader", "member": "allUsers"},
    name="edge-switch-readers",
    stack="dr",
)
PROVIDER = Subject(
    "gcp:iam/workloadIdentityPoolProvider:WorkloadIdentityPoolProvider",
    {"aws": {"accountId": "111122223333"}, "attributeCondition": "attribute.role in ['standby-secrets']"},
    stack="dr",
)
ROLE = Subject("gcp:projects/iAMCustomRole:IAMCustomRole", {"permissions": ["dns.managedZones.list"]}, stack="dr")


def public(token: str) -> tuple[Subject, str]:
    """A grant to everybody, by a type of resource, and where it says so."""
    if token.endswith("Member"):
        return replace(MEMBER, type=token).set("member", "allAuthenticatedUsers"), "member"
    return replace(BINDING, type=token).set("members", [SERVICE, "allUsers"]), "members[1]"


CASES = {
    "gcp-iam-no-basic-roles": Cases(
        passes=[
            MEMBER,
            BINDING,
            replace(MEMBER, stack="bootstrap").set("role", "roles/viewer"),
            MEMBER.set("role", "projects/example-standby/roles/owner"),
        ],
        fails=[
            (MEMBER.set("role", "roles/viewer"), "role"),
            (replace(MEMBER, stack="bootstrap").set("role", "roles/editor"), "role"),
            *(
                (replace(MEMBER, type=token).set("role", "roles/owner"), "role")
                for token in tokens(HIERARCHY, "Member")
            ),
            *(
                (replace(BINDING, type=token).set("role", "roles/owner"), "role")
                for token in tokens(HIERARCHY, "Binding")
            ),
        ],
        unknown=[MEMBER.set("role", UNKNOWN)],
    ),
    "gcp-iam-no-public-members": Cases(
        passes=[MEMBER, BINDING, SWITCH],
        fails=[
            *(public(token) for token in tokens((*HIERARCHY, *OTHERS, *BUCKETS), "Member", "Binding")),
            (SWITCH.set("role", "roles/storage.objectViewer"), "member"),
            (replace(SWITCH, name="assets-readers"), "member"),
        ],
        unknown=[MEMBER.set("member", UNKNOWN), BINDING.set("members", [SERVICE, UNKNOWN])],
    ),
    "gcp-iam-members-only": Cases(
        passes=[MEMBER],
        fails=[
            *((replace(BINDING, type=token), "") for token in tokens(EVERYWHERE, "Binding")),
            *((Subject(token, {"policyData": "{}"}), "") for token in tokens(EVERYWHERE, "Policy")),
        ],
    ),
    "gcp-iam-no-long-lived-credentials": Cases(
        passes=[MEMBER],
        fails=[
            (Subject("gcp:serviceAccount/key:Key", {"serviceAccountId": SERVICE}), ""),
            (Subject("gcp:serviceaccount/key:Key", {"serviceAccountId": SERVICE}), ""),
            (Subject("gcp:projects/apiKey:ApiKey", {"displayName": "maps"}), ""),
            (Subject("gcp:storage/hmacKey:HmacKey", {"serviceAccountEmail": SERVICE}), ""),
        ],
    ),
    "gcp-iam-federation-conditioned": Cases(
        passes=[PROVIDER],
        fails=[
            (PROVIDER.unset("attributeCondition"), "attributeCondition"),
            (PROVIDER.set("attributeCondition", "true"), "attributeCondition"),
        ],
        unknown=[PROVIDER.set("attributeCondition", UNKNOWN)],
    ),
    "gcp-iam-custom-role-no-escalation": Cases(
        passes=[ROLE],
        fails=[
            (ROLE.set("permissions", ["dns.managedZones.list", "iam.serviceAccounts.actAs"]), "permissions[1]"),
            (
                replace(ROLE, type="gcp:organizations/iAMCustomRole:IAMCustomRole").set(
                    "permissions", ["resourcemanager.projects.setIamPolicy"]
                ),
                "permissions[0]",
            ),
        ],
        unknown=[ROLE.set("permissions", [UNKNOWN])],
    ),
}

test_verdicts = verdicts(CASES)

"""Guards: what Google refuses in the project, whoever asks (organisation policies at the project's level).

Constraints and what their rules look like: https://docs.cloud.google.com/organization-policy/reference/org-policy-constraints
"""

from collections.abc import Mapping, Sequence

from pulumi_gcp.orgpolicy import PolicySpecRuleArgsDict

ENFORCED: Mapping[str, str] = {
    "compute.disableSerialPortAccess": "a serial console asks for no identity",
    "compute.requireOsLogin": "keys in metadata outlive the people they belong to",
    "compute.requireShieldedVm": "a machine that cannot prove how it started may run anything",
    "iam.automaticIamGrantsForDefaultServiceAccounts": "default accounts would become editors of the project",
    "iam.disableServiceAccountKeyCreation": "a key works from anywhere, until somebody remembers it",
    "iam.disableServiceAccountKeyUpload": "an uploaded key is a key",
    "sql.restrictAuthorizedNetworks": "a database would admit public addresses",
    "sql.restrictPublicIp": "a database would have a public address",
    "storage.uniformBucketLevelAccess": "an object's own access list escapes the bucket's",
}
"""Constraints that are on or off, each with what it prevents.

Not among them: `compute.skipDefaultNetworkCreation`, which acts when a project is made only;
`storage.publicAccessPrevention`, which would close the switch object's bucket (every other one enforces it itself);
`gcp.restrictNonCmekServices`, which would refuse that bucket, as well as logs that Google keeps under its own key.
"""

AWS = "https://sts.amazonaws.com"
GITHUB = "https://token.actions.githubusercontent.com"


def rules(*, locations: str, aws_account_id: str, issuers: Sequence[str]) -> Mapping[str, PolicySpecRuleArgsDict]:
    """The rule of each constraint.

    `locations` is a group of Google's, such as `us-locations`; `issuers` are further ones that pools may trust.
    """
    return {
        **{constraint: PolicySpecRuleArgsDict(enforce="TRUE") for constraint in ENFORCED},
        "compute.vmExternalIpAccess": {"deny_all": "TRUE"},
        # Where data may be; what has no place, such as a global load balancer, is `global`.
        "gcp.resourceLocations": {"values": {"allowed_values": [f"in:{locations}", "global"]}},
        "iam.workloadIdentityPoolAwsAccounts": {"values": {"allowed_values": [aws_account_id]}},
        # The primary's roles, and the workflows that bootstrap lets in.
        "iam.workloadIdentityPoolProviders": {"values": {"allowed_values": [AWS, GITHUB, *issuers]}},
    }

from tests.policies.harness import UNKNOWN, Cases, Subject, verdicts

POLICY = Subject(
    "gcp:binaryauthorization/policy:Policy",
    {
        "admissionWhitelistPatterns": [{"namePattern": "gke.gcr.io/**"}],
        "defaultAdmissionRule": {
            "evaluationMode": "REQUIRE_ATTESTATION",
            "enforcementMode": "ENFORCED_BLOCK_AND_AUDIT_LOG",
        },
    },
    stack="dr",
)
CLUSTER_RULE = {"cluster": "c", "evaluationMode": "ALWAYS_ALLOW", "enforcementMode": "ENFORCED_BLOCK_AND_AUDIT_LOG"}

CASES = {
    "gcp-binary-authorization-enforced": Cases(
        passes=[POLICY, POLICY.set("defaultAdmissionRule.evaluationMode", "ALWAYS_DENY")],
        fails=[
            (POLICY.set("defaultAdmissionRule.evaluationMode", "ALWAYS_ALLOW"), "defaultAdmissionRule.evaluationMode"),
            (
                POLICY.set("defaultAdmissionRule.enforcementMode", "DRYRUN_AUDIT_LOG_ONLY"),
                "defaultAdmissionRule.enforcementMode",
            ),
            (POLICY.set("clusterAdmissionRules", [CLUSTER_RULE]), "clusterAdmissionRules[0].evaluationMode"),
        ],
        unknown=[POLICY.set("defaultAdmissionRule.evaluationMode", UNKNOWN)],
    ),
    "gcp-binary-authorization-exempts-google-only": Cases(
        passes=[POLICY, POLICY.unset("admissionWhitelistPatterns")],
        fails=[
            (
                POLICY.set("admissionWhitelistPatterns", [{"namePattern": "docker.io/library/*"}]),
                "admissionWhitelistPatterns[0].namePattern",
            ),
            # Google's registry host, but anybody's project.
            (
                POLICY.set("admissionWhitelistPatterns", [{"namePattern": "gcr.io/**"}]),
                "admissionWhitelistPatterns[0].namePattern",
            ),
        ],
        unknown=[POLICY.set("admissionWhitelistPatterns.0.namePattern", UNKNOWN)],
    ),
}

test_verdicts = verdicts(CASES)

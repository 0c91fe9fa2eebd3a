from tests.policies.harness import UNKNOWN, Cases, Subject, configure, judge, servicer, verdicts

AUDIT = Subject(
    "gcp:projects/iAMAuditConfig:IAMAuditConfig",
    {
        "service": "allServices",
        "auditLogConfigs": [{"logType": "ADMIN_READ"}, {"logType": "DATA_READ"}, {"logType": "DATA_WRITE"}],
    },
    stack="dr",
)
CONSTRAINT = "projects/123456789012/policies/sql.restrictPublicIp"
GUARD = Subject(
    "gcp:orgpolicy/policy:Policy", {"name": CONSTRAINT, "spec": {"rules": [{"enforce": "TRUE"}]}}, stack="dr"
)
LOGIN = Subject(
    "gcp:compute/projectMetadataItem:ProjectMetadataItem", {"key": "enable-oslogin", "value": "TRUE"}, stack="dr"
)

CASES = {
    "gcp-project-audit-log-complete": Cases(
        passes=[
            AUDIT,
            AUDIT.set("service", "storage.googleapis.com").set("auditLogConfigs", [{"logType": "DATA_READ"}]),
        ],
        fails=[
            (AUDIT.set("auditLogConfigs", [{"logType": "ADMIN_READ"}]), "auditLogConfigs"),
            (
                AUDIT.set("auditLogConfigs.1.exemptedMembers", ["user:a@example.com"]),
                "auditLogConfigs[1].exemptedMembers",
            ),
        ],
        unknown=[AUDIT.set("service", UNKNOWN), AUDIT.set("auditLogConfigs", UNKNOWN)],
    ),
    "gcp-project-guards-enforced": Cases(
        passes=[GUARD, GUARD.set("spec.rules", [{"denyAll": "TRUE"}]), GUARD.unset("spec")],
        fails=[
            (GUARD.set("spec.rules.0.enforce", "FALSE"), "spec.rules[0].enforce"),
            (GUARD.set("spec.rules", [{"allowAll": "TRUE"}]), "spec.rules[0].allowAll"),
        ],
        unknown=[GUARD.set("spec.rules.0.enforce", UNKNOWN)],
    ),
    "gcp-project-os-login": Cases(
        passes=[LOGIN, LOGIN.set("key", "region").set("value", "FALSE")],
        fails=[(LOGIN.set("value", "FALSE"), "value")],
        unknown=[LOGIN.set("value", UNKNOWN)],
    ),
}

test_verdicts = verdicts(CASES)


def test_a_lawful_exception_is_named() -> None:
    analyzer = servicer()
    configure(analyzer, "gcp-project-guards-enforced", relaxedConstraints=["sql.restrictPublicIp"])
    relaxed = GUARD.set("spec.rules.0.enforce", "FALSE")
    assert not judge(analyzer, relaxed).of("gcp-project-guards-enforced").violations

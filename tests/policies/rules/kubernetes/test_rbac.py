from dataclasses import replace

from guardrails.rules.kubernetes.rbac import BINDINGS, ROLES

from tests.policies.harness import UNKNOWN, Cases, Subject, verdicts

BINDING = Subject(
    BINDINGS[0],
    {"roleRef": {"name": "reader"}, "subjects": [{"kind": "ServiceAccount", "name": "core", "namespace": "core"}]},
)
ROLE = Subject(ROLES[0], {"rules": [{"apiGroups": [""], "resources": ["pods"], "verbs": ["get", "list"]}]})

CASES = {
    "kubernetes-rbac-no-cluster-admin": Cases(
        passes=[BINDING],
        fails=[
            *(
                (replace(BINDING, type=token).set("roleRef.name", "cluster-admin"), "roleRef.name")
                for token in BINDINGS
            ),
            (BINDING.set("subjects.0.name", "system:masters"), "subjects[0].name"),
        ],
        unknown=[BINDING.set("roleRef.name", UNKNOWN)],
    ),
    "kubernetes-rbac-no-rights-for-everybody": Cases(
        passes=[BINDING, BINDING.unset("subjects")],
        fails=[
            *(
                (replace(BINDING, type=token).set("subjects.0.name", "system:authenticated"), "subjects[0].name")
                for token in BINDINGS
            ),
            (BINDING.set("subjects.0.name", "system:anonymous"), "subjects[0].name"),
        ],
        unknown=[BINDING.set("subjects.0.name", UNKNOWN)],
    ),
    "kubernetes-rbac-no-wildcards": Cases(
        passes=[ROLE, ROLE.unset("rules")],
        fails=[
            *((replace(ROLE, type=token).set("rules.0.verbs", ["*"]), "rules[0].verbs[0]") for token in ROLES),
            (ROLE.set("rules.0.resources", ["pods", "*"]), "rules[0].resources[1]"),
            (ROLE.set("rules.0.apiGroups", ["*"]), "rules[0].apiGroups[0]"),
        ],
        unknown=[ROLE.set("rules.0.verbs", [UNKNOWN])],
    ),
}

test_verdicts = verdicts(CASES)

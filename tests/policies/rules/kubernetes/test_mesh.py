from dataclasses import replace

from guardrails.rules.kubernetes.mesh import AUTHORIZATION, PEERS

from tests.policies.harness import UNKNOWN, Cases, Subject, verdicts

PEER = Subject(PEERS[0], {"spec": {"mtls": {"mode": "STRICT"}}})
POLICY = Subject(
    AUTHORIZATION[0],
    {"spec": {"action": "ALLOW", "rules": [{"from": [{"source": {"principals": ["cluster.local/ns/core/sa/core"]}}]}]}},
)

CASES = {
    "kubernetes-mesh-strict-tls": Cases(
        passes=[PEER, PEER.unset("spec.mtls"), PEER.set("spec.portLevelMtls", {"8080": {"mode": "STRICT"}})],
        fails=[
            *((replace(PEER, type=token).set("spec.mtls.mode", "PERMISSIVE"), "spec.mtls.mode") for token in PEERS),
            (PEER.set("spec.mtls.mode", "DISABLE"), "spec.mtls.mode"),
            (PEER.set("spec.portLevelMtls", {"8080": {"mode": "PERMISSIVE"}}), "spec.portLevelMtls.8080.mode"),
        ],
        unknown=[PEER.set("spec.mtls.mode", UNKNOWN)],
    ),
    "kubernetes-mesh-authorization-named": Cases(
        passes=[
            POLICY,
            POLICY.set("spec", {}),
            POLICY.set("spec", {"action": "DENY", "rules": [{}]}),
            POLICY.set("spec.rules", [{"to": [{"operation": {"paths": ["/healthz"]}}]}]),
        ],
        fails=[
            *((replace(POLICY, type=token).set("spec.rules", [{}]), "spec.rules[0]") for token in AUTHORIZATION),
            (POLICY.set("spec", {"rules": [{"when": []}]}), "spec.rules[0]"),
        ],
        unknown=[POLICY.set("spec.action", UNKNOWN)],
    ),
}

test_verdicts = verdicts(CASES)

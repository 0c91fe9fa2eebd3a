from tests.policies.harness import UNKNOWN, Cases, Subject, verdicts

SERVICE = Subject("kubernetes:core/v1:Service", {"spec": {"ports": [{"port": 80}]}})

CASES = {
    "kubernetes-service-not-exposed": Cases(
        passes=[SERVICE, SERVICE.set("spec.type", "ClusterIP"), SERVICE.set("spec.clusterIP", "None")],
        fails=[
            (SERVICE.set("spec.type", "LoadBalancer"), "spec.type"),
            (SERVICE.set("spec.type", "NodePort"), "spec.type"),
            (SERVICE.set("spec.externalIPs", ["203.0.113.1"]), "spec.externalIPs"),
        ],
        unknown=[SERVICE.set("spec.type", UNKNOWN)],
    ),
}

test_verdicts = verdicts(CASES)

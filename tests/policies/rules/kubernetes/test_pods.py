from tests.policies.harness import UNKNOWN, Cases, verdicts
from tests.policies.rules.kubernetes.samples import DEPLOYMENT, SAFE, changed, failing, within, without

CASES = {
    "kubernetes-pod-no-host-namespaces": Cases(
        passes=SAFE,
        fails=[
            *failing("hostNetwork", True, "hostNetwork"),
            *failing("hostPID", True, "hostPID"),
            *failing("hostIPC", True, "hostIPC"),
        ],
        unknown=[changed(DEPLOYMENT, "hostNetwork", UNKNOWN)],
    ),
    "kubernetes-pod-no-host-paths": Cases(
        passes=SAFE,
        fails=failing("volumes", [{"name": "node", "hostPath": {"path": "/var/log"}}], "volumes[0].hostPath"),
        unknown=[changed(DEPLOYMENT, "volumes", UNKNOWN)],
    ),
    "kubernetes-pod-no-host-ports": Cases(
        passes=SAFE,
        fails=failing("containers.0.ports", [{"hostPort": 80}], "containers[0].ports[0].hostPort"),
        unknown=[changed(DEPLOYMENT, "containers.0.ports", [{"hostPort": UNKNOWN}])],
    ),
    "kubernetes-pod-no-default-token": Cases(
        passes=[*SAFE, changed(without(DEPLOYMENT, "serviceAccountName"), "automountServiceAccountToken", False)],
        fails=[
            *failing("serviceAccountName", "default", "automountServiceAccountToken"),
            (without(DEPLOYMENT, "serviceAccountName"), within(DEPLOYMENT, "automountServiceAccountToken")),
        ],
        unknown=[changed(DEPLOYMENT, "serviceAccountName", UNKNOWN)],
    ),
}

test_verdicts = verdicts(CASES)

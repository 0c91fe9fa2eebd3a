from tests.policies.harness import UNKNOWN, Cases, Subject, verdicts

PROVIDER = Subject(
    "pulumi:providers:kubernetes",
    {"clusterIdentifier": "https://cluster.example.com", "enableServerSideApply": "true", "kubeconfig": "{}"},
)

CASES = {
    "kubernetes-provider-server-side-apply": Cases(
        passes=[PROVIDER, PROVIDER.unset("enableServerSideApply")],
        fails=[(PROVIDER.set("enableServerSideApply", "false"), "enableServerSideApply")],
        unknown=[PROVIDER.set("enableServerSideApply", UNKNOWN)],
    ),
    "kubernetes-provider-knows-its-cluster": Cases(
        passes=[PROVIDER],
        fails=[
            (PROVIDER.unset("clusterIdentifier"), "clusterIdentifier"),
            (PROVIDER.set("clusterIdentifier", ""), "clusterIdentifier"),
        ],
        unknown=[PROVIDER.set("clusterIdentifier", UNKNOWN)],
    ),
}

test_verdicts = verdicts(CASES)

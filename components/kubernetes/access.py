"""How Pulumi gets into a cluster: with a token that the cloud's own tool makes, and no file of the machine."""

from dataclasses import dataclass

import pulumi
import pulumi_kubernetes as kubernetes

EXEC = "client.authentication.k8s.io"


@dataclass(frozen=True)
class Login:
    """The command that prints a token (a credential plugin of client-go), and the version of its answer."""

    command: str
    args: tuple[pulumi.Input[str], ...] = ()
    version: str = f"{EXEC}/v1"


# Google's own `gcloud container clusters get-credentials` asks for the beta.
# https://docs.cloud.google.com/kubernetes-engine/docs/how-to/cluster-access-for-kubectl
GKE = Login("gke-gcloud-auth-plugin", version=f"{EXEC}/v1beta1")


def eks(region: str, cluster_name: pulumi.Input[str]) -> Login:
    """The login to an EKS cluster, as whoever runs Pulumi is on AWS.

    https://docs.aws.amazon.com/eks/latest/userguide/create-kubeconfig.html
    """
    return Login("aws", ("--region", region, "eks", "get-token", "--output", "json", "--cluster-name", cluster_name))


def provider(
    name: str,
    login: Login,
    *,
    endpoint: pulumi.Input[str],
    certificate_authority: pulumi.Input[str] | None = None,
    protect: bool,
    opts: pulumi.ResourceOptions | None = None,
) -> kubernetes.Provider:
    """The provider of one cluster, whose API answers at `endpoint` (with its scheme).

    `certificate_authority` is the API server's, base64 of PEM; without one it has a public certificate. The endpoint
    tells one cluster from another: what was in a cluster that is gone is made anew in the next one.

    An unreachable cluster is an error, and nothing is skipped: an update that changed nothing would look like one that
    did. A throw-away environment forgets what was in a cluster that is gone already, so that it can be destroyed; in
    others a broken connection must not make Pulumi forget what still runs.
    """
    cluster: dict[str, pulumi.Input[str]] = {"server": endpoint}
    if certificate_authority is not None:
        cluster["certificate-authority-data"] = certificate_authority
    kubeconfig = {
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [{"name": "cluster", "cluster": cluster}],
        "users": [
            {
                "name": "pulumi",
                "user": {
                    "exec": {
                        "apiVersion": login.version,
                        "command": login.command,
                        "args": list(login.args),
                        "interactiveMode": "Never",
                        "provideClusterInfo": True,
                    }
                },
            }
        ],
        "contexts": [{"name": "cluster", "context": {"cluster": "cluster", "user": "pulumi"}}],
        "current-context": "cluster",
    }
    return kubernetes.Provider(
        name,
        kubeconfig=pulumi.Output.json_dumps(kubeconfig, sort_keys=True),
        cluster_identifier=endpoint,
        enable_server_side_apply=True,
        skip_update_unreachable=False,
        delete_unreachable=not protect,
        opts=opts,
    )

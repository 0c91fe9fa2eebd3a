"""Artifact Registry: holds what it serves, keeps what was released, is read by those who must."""

from preview.graph import Graph, Node

REPOSITORY = "gcp:artifactregistry/repository:Repository"
READS = "gcp:artifactregistry/repositoryIamMember:RepositoryIamMember"


def repositories(dr: Graph) -> dict[str, Node]:
    return {node.name.removeprefix("registry-"): node for node in dr.of_type(REPOSITORY)}


def test_each_holds_what_it_serves_under_our_key(dr: Graph) -> None:
    [key] = [node for node in dr.of_type("gcp:kms/cryptoKey:CryptoKey") if node.name == "keys-images"]
    assert repositories(dr).keys() == {"bundles", "charts", "images", "vendor"}
    for held, node in repositories(dr).items():
        assert node.inputs["repositoryId"] == f"platform-production-{held}"
        assert node.inputs["format"] == "DOCKER"
        assert node.inputs["mode"] == "STANDARD_REPOSITORY"
        assert node.inputs["kmsKeyName"] == key.state["id"]
        assert node.inputs["location"] in key.inputs["keyRing"]
        assert node.inputs["vulnerabilityScanningConfig"] == {"enablementConfig": "INHERITED"}


def test_scanning_is_on_in_the_project(dr: Graph) -> None:
    assert "containerscanning.googleapis.com" in {
        node.inputs["service"] for node in dr.of_type("gcp:projects/service:Service")
    }


def test_what_has_a_tag_is_never_deleted_nor_changed(dr: Graph) -> None:
    for node in repositories(dr).values():
        assert node.inputs["dockerConfig"] == {"immutableTags": True}
        policies = {policy["id"]: policy for policy in node.inputs["cleanupPolicies"]}
        assert [each["condition"]["tagState"] for each in policies.values() if each["action"] == "DELETE"] == [
            "UNTAGGED"
        ]
        assert policies["keep-tagged"] == {
            "id": "keep-tagged",
            "action": "KEEP",
            "condition": {"tagState": "TAGGED"},
        }
        assert policies["keep-newest"]["mostRecentVersions"]["keepCount"] >= 5


def test_both_clouds_hold_the_same_artifacts(dr: Graph, prod: Graph) -> None:
    here, there = (graph.document["outputs"]["registry"]["repositoryUrls"] for graph in (dr, prod))
    assert here.keys() == there.keys()
    host = "us-central1-docker.pkg.dev/example-standby/platform-production"
    assert here["podinfo"] == f"{host}-images/podinfo"
    assert here["charts/service"] == f"{host}-charts/service"
    assert here["bundles/shared"] == f"{host}-bundles/shared"


def test_each_repository_is_read_by_who_needs_it_and_written_by_the_primarys_copies_alone(dr: Graph) -> None:
    names = {node.state["id"]: held for held, node in repositories(dr).items()}
    grants = {
        role: {
            (names[node.inputs["repository"]], node.inputs["member"])
            for node in dr.of_type(READS)
            if node.inputs["role"] == f"roles/artifactregistry.{role}"
        }
        for role in ("reader", "writer")
    }
    reads = grants["reader"]
    nodes, sync, copies = (
        f"serviceAccount:{account}@example-standby.iam.gserviceaccount.com"
        for account in ("gke-nodes", "config-sync", "aws-images")
    )
    flux = "subject/ns/flux-system/sa/source-controller"
    [controller] = [member for _, member in reads if member.endswith(flux)]
    assert reads == {("images", nodes), ("vendor", nodes), ("bundles", sync), ("charts", controller)}
    assert grants["writer"] == {(held, copies) for held in ("bundles", "charts", "images")}
    assert sum(map(len, grants.values())) == len(dr.of_type(READS))

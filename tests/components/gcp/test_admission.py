"""Binary Authorization: nothing starts that nobody vouched for, and few may vouch."""

from collections.abc import Callable

import pytest

from preview.graph import Graph, Node

PEM = "-----BEGIN PUBLIC KEY-----\nMFkwEwYH\n-----END PUBLIC KEY-----\n"
CI = "serviceAccount:ci@example-standby.iam.gserviceaccount.com"


def one(graph: Graph, token: str) -> Node:
    [found] = graph.of_type(token)
    return found


@pytest.fixture
def policy(dr: Graph) -> Node:
    return one(dr, "gcp:binaryauthorization/policy:Policy")


def signing_key(graph: Graph) -> Node:
    [found] = [node for node in graph.of_type("gcp:kms/cryptoKey:CryptoKey") if node.name == "admission-key"]
    return found


def test_the_cluster_asks(dr: Graph) -> None:
    cluster = one(dr, "gcp:container/cluster:Cluster")
    assert cluster.inputs["binaryAuthorization"] == {"evaluationMode": "PROJECT_SINGLETON_POLICY_ENFORCE"}


def test_an_image_needs_our_attestation_and_is_refused_without(dr: Graph, policy: Node) -> None:
    attestor = one(dr, "gcp:binaryauthorization/attestor:Attestor")
    assert policy.inputs["defaultAdmissionRule"] == {
        "evaluationMode": "REQUIRE_ATTESTATION",
        "enforcementMode": "ENFORCED_BLOCK_AND_AUDIT_LOG",
        "requireAttestationsBies": [attestor.outputs["name"]],
    }
    assert "clusterAdmissionRules" not in policy.inputs


def test_only_googles_own_images_are_exempt(policy: Node) -> None:
    assert policy.inputs["globalPolicyEvaluationMode"] == "ENABLE"
    for pattern in policy.inputs["admissionWhitelistPatterns"]:
        host, project, *_ = pattern["namePattern"].split("/")
        assert host == "gke.gcr.io" or (host, project) in {
            ("gcr.io", "config-management-release"),
            ("gcr.io", "gke-release"),
        }


def test_the_signing_key_signs_alone_and_shares_its_ring_with_none(dr: Graph) -> None:
    key = signing_key(dr)
    assert key.inputs["purpose"] == "ASYMMETRIC_SIGN"
    assert key.inputs["versionTemplate"] == {"algorithm": "EC_SIGN_P256_SHA256", "protectionLevel": "SOFTWARE"}
    assert key.protected
    rings = [node.inputs["keyRing"] for node in dr.of_type("gcp:kms/cryptoKey:CryptoKey")]
    assert rings.count(key.inputs["keyRing"]) == 1


def test_without_a_public_key_no_signature_is_valid_and_nobody_may_sign(dr: Graph) -> None:
    attestor = one(dr, "gcp:binaryauthorization/attestor:Attestor")
    assert attestor.inputs["attestationAuthorityNote"]["publicKeys"] == []
    key = signing_key(dr).state["id"]
    assert not [
        node
        for node in dr.of_type("gcp:kms/cryptoKeyIAMMember:CryptoKeyIAMMember")
        if node.inputs["cryptoKeyId"] == key
    ]


class TestWithCi:
    @pytest.fixture
    def changed(self, dr_with: Callable[[dict[str, object]], Graph]) -> Graph:
        return dr_with({"admission": {"public_keys": {"1": PEM, "2": PEM}, "attesters": [CI]}})

    def test_both_versions_of_a_rotated_key_are_believed(self, changed: Graph) -> None:
        keys = one(changed, "gcp:binaryauthorization/attestor:Attestor").inputs["attestationAuthorityNote"][
            "publicKeys"
        ]
        key = signing_key(changed).state["id"]
        assert [each["id"] for each in keys] == [
            f"//cloudkms.googleapis.com/v1/{key}/cryptoKeyVersions/{version}" for version in ("1", "2")
        ]
        assert keys[0]["pkixPublicKey"] == {"publicKeyPem": PEM, "signatureAlgorithm": "ECDSA_P256_SHA256"}

    def test_ci_may_sign_and_store_and_nothing_else(self, changed: Graph) -> None:
        granted = {
            (node.type.split("/")[0], node.inputs["role"])
            for node in changed.nodes.values()
            if node.inputs.get("member") == CI
        }
        assert granted == {
            ("gcp:kms", "roles/cloudkms.signerVerifier"),
            ("gcp:containeranalysis", "roles/containeranalysis.notes.attacher"),
            ("gcp:binaryauthorization", "roles/binaryauthorization.attestorsViewer"),
            ("gcp:projects", "roles/containeranalysis.occurrences.editor"),
        }

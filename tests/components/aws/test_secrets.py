"""Secrets: AWS generates each, the controllers that read them find them, and no value is anywhere else."""

import json
from typing import Any

import pytest

from preview.graph import Graph


@pytest.fixture
def secrets(prod: Graph) -> dict[str, dict[str, Any]]:
    """What Cloud Control is asked for, by the secret's name."""
    found = [
        json.loads(node.inputs["desiredState"])
        for node in prod.of_type("aws:cloudcontrol/resource:Resource")
        if node.name.startswith("secrets-")
    ]
    return {state["Name"]: state for state in found}


def test_each_is_generated_and_encrypted_with_the_secrets_key(prod: Graph, secrets: dict[str, dict[str, Any]]) -> None:
    [key] = [key for key in prod.of_type("aws:kms/key:Key") if key.name == "keys-secrets"]
    for state in secrets.values():
        assert state["GenerateSecretString"] == {"PasswordLength": 64, "ExcludePunctuation": True}
        assert "SecretString" not in state
        assert state["KmsKeyId"] == key.outputs["arn"]


def test_external_secrets_may_read_them_by_their_names(prod: Graph, secrets: dict[str, dict[str, Any]]) -> None:
    [rights] = [
        node
        for node in prod.of_type("aws:iam/rolePolicy:RolePolicy")
        if node.name == "controllers-external-secrets-rights"
    ]
    resources = [statement["Resource"] for statement in json.loads(rights.inputs["policy"])["Statement"]]
    [path] = [resource for resource in resources if ":secret:" in str(resource)]
    for name in secrets:
        assert path.endswith(f":secret:{name.split('/')[0]}/*")


def test_each_says_when_it_is_due_and_whose_it_is(secrets: dict[str, dict[str, Any]]) -> None:
    tags = {name: {tag["Key"]: tag["Value"] for tag in state["Tags"]} for name, state in secrets.items()}
    assert {name: found["rotation-days"] for name, found in tags.items()} == {
        "platform-production/payment-gateway": "30",
        "platform-production/session-signing": "90",
    }
    for found in tags.values():
        assert found["data-class"] == "restricted"
        assert found["owner"] == "platform-team"


def test_their_arns_are_exported_and_their_values_are_not(prod: Graph, secrets: dict[str, dict[str, Any]]) -> None:
    exported = prod.document["outputs"]["secrets"]
    assert {f"platform-production/{name}" for name in exported} == secrets.keys()
    # Cloud Control's id of a secret is its ARN.
    made = {node.name: node.state["id"] for node in prod.of_type("aws:cloudcontrol/resource:Resource")}
    assert exported == {name: made[f"secrets-{name}"] for name in exported}

"""The image registry: tags that stay, scanning, one key a region, and templates before what they apply to."""

import json

from preview.graph import Graph

REPOSITORY = "aws:ecr/repository:Repository"
TEMPLATE = "aws:ecr/repositoryCreationTemplate:RepositoryCreationTemplate"


def key(prod: Graph, name: str) -> str:
    [found] = [node for node in prod.of_type("aws:kms/key:Key") if node.name == name]
    return found.outputs["arn"]


class TestRepositories:
    def test_each_is_immutable_scanned_and_encrypted_with_the_images_key(self, prod: Graph) -> None:
        assert len(prod.of_type(REPOSITORY)) >= 4
        for node in prod.of_type(REPOSITORY):
            assert node.inputs["name"].startswith("platform-production/")
            assert node.inputs["imageTagMutability"] == "IMMUTABLE"
            assert node.inputs["imageScanningConfiguration"] == {"scanOnPush": True}
            assert node.inputs["encryptionConfigurations"] == [
                {"encryptionType": "KMS", "kmsKey": key(prod, "keys-images")}
            ]

    def test_only_images_without_a_tag_are_deleted(self, prod: Graph) -> None:
        policies = {node.inputs["repository"]: node for node in prod.of_type("aws:ecr/lifecyclePolicy:LifecyclePolicy")}
        for node in prod.of_type(REPOSITORY):
            [rule] = json.loads(policies[node.outputs["name"]].inputs["policy"])["rules"]
            assert rule["selection"]["tagStatus"] == "untagged"
            assert rule["action"] == {"type": "expire"}

    def test_the_whole_registry_is_scanned_without_end(self, prod: Graph) -> None:
        [scanning] = prod.of_type("aws:ecr/registryScanningConfiguration:RegistryScanningConfiguration")
        assert scanning.inputs["scanType"] == "ENHANCED"
        [rule] = scanning.inputs["rules"]
        assert rule["scanFrequency"] == "CONTINUOUS_SCAN"
        assert rule["repositoryFilters"] == [{"filter": "*", "filterType": "WILDCARD"}]


class TestCaches:
    def test_they_are_of_registries_that_ask_for_no_credentials(self, prod: Graph) -> None:
        rules = prod.of_type("aws:ecr/pullThroughCacheRule:PullThroughCacheRule")
        upstreams = {rule.inputs["upstreamRegistryUrl"] for rule in rules}
        assert upstreams == {"public.ecr.aws", "quay.io", "registry.k8s.io"}
        assert not [rule for rule in rules if "credentialArn" in rule.inputs]

    def test_each_has_a_template_with_the_images_key_first(self, prod: Graph) -> None:
        templates = {node.inputs["prefix"]: node for node in prod.of_type(TEMPLATE)}
        for rule in prod.of_type("aws:ecr/pullThroughCacheRule:PullThroughCacheRule"):
            template = templates[rule.inputs["ecrRepositoryPrefix"]]
            assert template.inputs["appliedFors"] == ["PULL_THROUGH_CACHE"]
            [encryption] = template.inputs["encryptionConfigurations"]
            assert encryption == {"encryptionType": "KMS", "kmsKey": key(prod, "keys-images")}
            assert template.urn in rule.state["dependencies"]

    def test_nodes_alone_may_fill_them(self, prod: Graph) -> None:
        [policy] = prod.of_type("aws:ecr/registryPolicy:RegistryPolicy")
        [statement] = json.loads(policy.inputs["policy"])["Statement"]
        starting = {"cluster-nodes", "controllers-nodes"}
        nodes = [role.outputs["arn"] for role in prod.of_type("aws:iam/role:Role") if role.name in starting]
        assert len(nodes) == 2
        assert sorted(statement["Principal"]["AWS"]) == sorted(nodes)
        caches = prod.of_type("aws:ecr/pullThroughCacheRule:PullThroughCacheRule")
        prefixes = {rule.inputs["ecrRepositoryPrefix"] for rule in caches}
        assert {arn.split("repository/")[1] for arn in statement["Resource"]} == {f"{each}/*" for each in prefixes}


class TestReplica:
    def test_every_repository_is_copied_to_the_second_region_under_its_own_key(self, prod: Graph) -> None:
        [replication] = prod.of_type("aws:ecr/replicationConfiguration:ReplicationConfiguration")
        [rule] = replication.inputs["replicationConfiguration"]["rules"]
        assert rule["destinations"] == [{"region": "us-east-2", "registryId": "111122223333"}]
        assert rule["repositoryFilters"] == [{"filter": "platform-production/", "filterType": "PREFIX_MATCH"}]
        [template] = [node for node in prod.of_type(TEMPLATE) if node.inputs["appliedFors"] == ["REPLICATION"]]
        assert template.inputs["region"] == "us-east-2"
        assert template.inputs["encryptionConfigurations"][0]["kmsKey"] == key(prod, "registry-us-east-2")
        assert template.urn in replication.state["dependencies"]


def test_the_role_that_makes_repositories_uses_only_the_registrys_keys(prod: Graph) -> None:
    [policy] = [node for node in prod.of_type("aws:iam/rolePolicy:RolePolicy") if node.name.startswith("registry-")]
    repositories, keys = json.loads(policy.inputs["policy"])["Statement"]
    assert set(keys["Resource"]) == {key(prod, "keys-images"), key(prod, "registry-us-east-2")}
    assert all(":repository/" in arn for arn in repositories["Resource"])

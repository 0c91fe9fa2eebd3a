"""The EKS cluster: private, encrypted, audited, opened by access entries."""

import base64
import json

import pytest

from preview.graph import Graph, Node


@pytest.fixture
def cluster(prod: Graph) -> Node:
    [cluster] = prod.of_type("aws:eks/cluster:Cluster")
    return cluster


class TestControlPlane:
    def test_it_answers_inside_the_vpc_only(self, cluster: Node) -> None:
        assert cluster.inputs["vpcConfig"]["endpointPrivateAccess"] is True
        assert cluster.inputs["vpcConfig"]["endpointPublicAccess"] is False

    def test_it_encrypts_secrets_with_a_key_of_their_own(self, prod: Graph, cluster: Node) -> None:
        [key] = [key for key in prod.of_type("aws:kms/key:Key") if key.name == "keys-cluster"]
        assert cluster.inputs["encryptionConfig"]["provider"]["keyArn"] == key.outputs["arn"]
        assert cluster.inputs["encryptionConfig"]["resources"] == ["secrets"]

    def test_it_writes_all_logs_to_a_group_that_exists_first(self, prod: Graph, cluster: Node) -> None:
        assert set(cluster.inputs["enabledClusterLogTypes"]) == {
            "api",
            "audit",
            "authenticator",
            "controllerManager",
            "scheduler",
        }
        [group] = [
            node
            for node in prod.of_type("aws:cloudwatch/logGroup:LogGroup")
            if node.inputs.get("name") == f"/aws/eks/{cluster.inputs['name']}/cluster"
        ]
        assert group.urn in cluster.state["dependencies"]

    def test_its_services_have_addresses_outside_the_vpc(self, prod: Graph, cluster: Node) -> None:
        taken = {node.inputs["cidrBlock"] for node in prod.of_type("aws:ec2/vpc:Vpc", "aws:ec2/subnet:Subnet")}
        assert cluster.inputs["kubernetesNetworkConfig"]["serviceIpv4Cidr"] not in taken


class TestAccess:
    def test_rights_come_from_access_entries_alone(self, cluster: Node) -> None:
        assert cluster.inputs["accessConfig"] == {
            "authenticationMode": "API",
            "bootstrapClusterCreatorAdminPermissions": False,
        }

    def test_somebody_can_administer_it(self, prod: Graph) -> None:
        policies = [
            node.inputs["policyArn"] for node in prod.of_type("aws:eks/accessPolicyAssociation:AccessPolicyAssociation")
        ]
        assert "arn:aws:eks::aws:cluster-access-policy/AmazonEKSClusterAdminPolicy" in policies

    def test_every_right_belongs_to_an_entry(self, prod: Graph) -> None:
        entries = {node.inputs["principalArn"] for node in prod.of_type("aws:eks/accessEntry:AccessEntry")}
        for node in prod.of_type("aws:eks/accessPolicyAssociation:AccessPolicyAssociation"):
            assert node.inputs["principalArn"] in entries


class TestNodes:
    def test_metadata_takes_session_tokens_and_one_hop(self, prod: Graph) -> None:
        for template in prod.of_type("aws:ec2/launchTemplate:LaunchTemplate"):
            assert template.inputs["metadataOptions"]["httpTokens"] == "required"
            assert template.inputs["metadataOptions"]["httpPutResponseHopLimit"] == 1

    def test_every_disk_is_encrypted_with_the_volumes_key(self, prod: Graph) -> None:
        [key] = [key for key in prod.of_type("aws:kms/key:Key") if key.name == "keys-volumes"]
        for template in prod.of_type("aws:ec2/launchTemplate:LaunchTemplate"):
            for disk in template.inputs["blockDeviceMappings"]:
                assert disk["ebs"]["encrypted"] == "true"
                assert disk["ebs"]["kmsKeyId"] == key.outputs["arn"]

    def test_instances_volumes_and_interfaces_carry_the_tags(self, prod: Graph) -> None:
        for template in prod.of_type("aws:ec2/launchTemplate:LaunchTemplate"):
            tagged = {found["resourceType"]: found["tags"] for found in template.inputs["tagSpecifications"]}
            assert tagged.keys() == {"instance", "volume", "network-interface"}
            assert all(tags["owner"] for tags in tagged.values())

    def test_no_shell_and_no_kernel_tampering(self, prod: Graph) -> None:
        for template in prod.of_type("aws:ec2/launchTemplate:LaunchTemplate"):
            settings = base64.b64decode(template.inputs["userData"]).decode()
            assert 'lockdown = "integrity"' in settings
            assert "[settings.host-containers.admin]\nenabled = false" in settings

    def test_each_group_uses_its_template(self, prod: Graph) -> None:
        templates = {node.state["id"] for node in prod.of_type("aws:ec2/launchTemplate:LaunchTemplate")}
        for group in prod.of_type("aws:eks/nodeGroup:NodeGroup"):
            assert group.inputs["launchTemplate"]["id"] in templates
            assert "remoteAccess" not in group.inputs

    def test_a_new_minimum_takes_the_group_along(self, prod: Graph) -> None:
        """EKS refuses a minimum above the desired size, and nothing in the cluster scales these groups."""
        for group in prod.of_type("aws:eks/nodeGroup:NodeGroup"):
            scaling = group.inputs["scalingConfig"]
            assert scaling["desiredSize"] == scaling["minSize"]
            assert not group.state.get("ignoreChanges")


class TestAddons:
    def test_what_nodes_need_comes_before_them_and_the_rest_after(self, prod: Graph) -> None:
        addons = {node.inputs["addonName"]: node for node in prod.of_type("aws:eks/addon:Addon")}
        groups = {node.urn for node in prod.of_type("aws:eks/nodeGroup:NodeGroup")}
        before = {"kube-proxy", "eks-pod-identity-agent", "vpc-cni"}
        after = {
            "amazon-cloudwatch-observability",
            "aws-ebs-csi-driver",
            "coredns",
            "eks-node-monitoring-agent",
            "metrics-server",
            "snapshot-controller",
        }
        assert addons.keys() == before | after
        for name, addon in addons.items():
            assert (name in before) != (groups <= set(addon.state["dependencies"])), name
        for group in prod.of_type("aws:eks/nodeGroup:NodeGroup"):
            assert {addons[name].urn for name in before} <= set(group.state["dependencies"])

    def test_those_that_call_aws_have_an_identity_and_the_node_does_not(self, prod: Graph) -> None:
        identities = {
            node.inputs["addonName"]: node.inputs["podIdentityAssociations"][0]["serviceAccount"]
            for node in prod.of_type("aws:eks/addon:Addon")
            if "podIdentityAssociations" in node.inputs
        }
        assert identities == {
            "vpc-cni": "aws-node",
            "aws-ebs-csi-driver": "ebs-csi-controller-sa",
            "amazon-cloudwatch-observability": "cloudwatch-agent",
        }
        [nodes] = [node for node in prod.of_type("aws:iam/role:Role") if node.name == "cluster-nodes"]
        attached = [
            node.inputs["policyArn"]
            for node in prod.of_type("aws:iam/rolePolicyAttachment:RolePolicyAttachment")
            if node.inputs["role"] == nodes.outputs["name"]
        ]
        assert not any("CNI" in policy or "CSI" in policy for policy in attached)

    def test_logs_of_nodes_and_pods_go_to_groups_that_exist_first(self, prod: Graph, cluster: Node) -> None:
        [agent] = [
            node
            for node in prod.of_type("aws:eks/addon:Addon")
            if node.inputs["addonName"] == "amazon-cloudwatch-observability"
        ]
        found = {
            node.inputs["name"].rsplit("/", 1)[1]
            for node in prod.of_type("aws:cloudwatch/logGroup:LogGroup")
            if node.inputs.get("name", "").startswith(f"/aws/containerinsights/{cluster.inputs['name']}/")
            and node.urn in agent.state["dependencies"]
        }
        assert found == {"application", "dataplane", "host", "performance"}

    def test_pods_take_addresses_from_the_pod_subnet_of_their_zone(self, prod: Graph) -> None:
        [cni] = [node for node in prod.of_type("aws:eks/addon:Addon") if node.inputs["addonName"] == "vpc-cni"]
        configured = json.loads(cni.inputs["configurationValues"])
        subnets = {
            node.inputs["availabilityZone"]: node.state["id"]
            for node in prod.of_type("aws:ec2/subnet:Subnet")
            if node.inputs["tags"]["tier"] == "pods"
        }
        assert {zone: found["id"] for zone, found in configured["eniConfig"]["subnets"].items()} == subnets
        assert configured["eniConfig"]["region"] == "us-west-2"
        assert configured["enableNetworkPolicy"] == "true"

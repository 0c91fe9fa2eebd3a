"""What the edge's choices add: partners' ways in, Shield Advanced, bot control, a small environment."""

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from preview.graph import Graph

INGRESS = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule"


def previewed(root: Path, folder: Path, edge: dict[str, Any], **keys: Any) -> Graph:
    """The primary region with other settings, judged by the policies."""
    for part in ("settings", "components", "stacks"):
        shutil.copytree(root / part, folder / part, ignore=shutil.ignore_patterns("__pycache__"))
    for file in (*root.glob("Pulumi*.yaml"), root / "__main__.py"):
        shutil.copy(file, folder)
    own = yaml.safe_load((folder / "Pulumi.prod.yaml").read_text())
    own["config"]["multicloud:edge"] |= edge
    own["config"] |= {f"multicloud:{key}": value for key, value in keys.items()}
    (folder / "Pulumi.prod.yaml").write_text(yaml.safe_dump(own))
    command = [sys.executable, "-m", "preview", "prod", "--json", "--pass", "update", "--project", str(folder)]
    result = subprocess.run(
        [*command, "--policy-pack", str(root / "policies")], cwd=root, capture_output=True, text=True, check=False
    )
    assert result.returncode == 0, result.stdout + result.stderr
    return Graph(json.loads(result.stdout))


@pytest.fixture(scope="module")
def private_link(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Graph:
    principals = ["arn:aws:iam::444455556666:root"]
    edge = {
        "partners": {"kind": "private_link", "allowed_principals": principals},
        "shield_advanced": True,
        "firewall": {"bot_control": "targeted", "counted_rules": {"core": ["SizeRestrictions_BODY"]}},
        "origin_shield": "us-west-2",
        "cloudfront_source": "sg-0123456789abcdef0",
    }
    return previewed(root, tmp_path_factory.mktemp("private_link"), edge)


@pytest.fixture(scope="module")
def allow_list(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Graph:
    edge = {"partners": {"kind": "allow_list", "allowed_cidrs": ["198.51.100.0/28", "203.0.113.7/32"]}}
    return previewed(root, tmp_path_factory.mktemp("allow_list"), edge, size="small")


class TestPrivateLink:
    def test_each_named_partner_is_accepted_by_hand(self, private_link: Graph) -> None:
        [service] = private_link.of_type("aws:ec2/vpcEndpointService:VpcEndpointService")
        assert service.inputs["acceptanceRequired"] is True
        assert service.inputs["allowedPrincipals"] == ["arn:aws:iam::444455556666:root"]
        [balancer] = private_link.of_type("aws:lb/loadBalancer:LoadBalancer")
        assert service.inputs["networkLoadBalancerArns"] == [balancer.outputs["arn"]]
        assert service.protected

    def test_a_partners_addresses_do_not_shut_it_out(self, private_link: Graph) -> None:
        [balancer] = private_link.of_type("aws:lb/loadBalancer:LoadBalancer")
        assert balancer.inputs["enforceSecurityGroupInboundRulesOnPrivateLinkTraffic"] == "off"


class TestAllowList:
    def test_partners_get_a_balancer_of_their_own_with_fixed_addresses(self, allow_list: Graph) -> None:
        [public] = [
            node for node in allow_list.of_type("aws:lb/loadBalancer:LoadBalancer") if not node.inputs["internal"]
        ]
        addresses = {node.state["id"] for node in allow_list.of_type("aws:ec2/eip:Eip") if "partners" in node.name}
        assert {mapping["allocationId"] for mapping in public.inputs["subnetMappings"]} == addresses
        assert len(addresses) == 3
        assert len(public.outputs["name"]) <= 32

    def test_it_waits_until_the_network_has_a_way_to_the_internet(self, allow_list: Graph) -> None:
        """ELB refuses an internet-facing balancer in a VPC without an internet gateway."""
        [balancer] = [
            node for node in allow_list.of_type("aws:lb/loadBalancer:LoadBalancer") if not node.inputs["internal"]
        ]
        [way] = [node for node in allow_list.of_type("aws:ec2/route:Route") if node.name == "network-internet"]
        assert way.urn in balancer.state["dependencies"]

    def test_it_admits_the_list_and_nobody_else(self, allow_list: Graph) -> None:
        rules = [
            node.inputs for node in allow_list.of_type(INGRESS) if node.name.startswith("edge-partners-list-https")
        ]
        assert {rule["cidrIpv4"] for rule in rules} == {"198.51.100.0/28", "203.0.113.7/32"}

    def test_its_name_leads_to_it(self, allow_list: Graph) -> None:
        [record] = [
            node for node in allow_list.of_type("aws:route53/record:Record")
            if node.inputs["name"] == "partners.example.com"
        ]  # fmt: skip
        [public] = [
            node for node in allow_list.of_type("aws:lb/loadBalancer:LoadBalancer") if not node.inputs["internal"]
        ]
        assert record.inputs["aliases"][0]["name"] == public.outputs["dnsName"]
        assert record.inputs["type"] == "A"


class TestChoices:
    def test_shield_protects_the_front_door_and_knows_its_health(self, private_link: Graph) -> None:
        [zone] = private_link.of_type("aws:route53/zone:Zone")
        [distribution] = private_link.of_type("aws:cloudfront/distribution:Distribution")
        protected = {node.inputs["resourceArn"] for node in private_link.of_type("aws:shield/protection:Protection")}
        assert protected == {zone.outputs["arn"], distribution.outputs["arn"]}
        [known] = private_link.of_type("aws:shield/protectionHealthCheckAssociation:ProtectionHealthCheckAssociation")
        [health] = [
            node for node in private_link.of_type("aws:route53/healthCheck:HealthCheck") if "primary" in node.name
        ]
        assert known.inputs["healthCheckArn"] == health.outputs["arn"]

    def test_bots_are_judged_last_and_named_rules_only_count(self, private_link: Graph) -> None:
        [acl] = private_link.of_type("aws:wafv2/webAcl:WebAcl")
        rules = {rule["name"]: rule for rule in acl.inputs["rules"]}
        last = max(rules.values(), key=lambda rule: rule["priority"])
        [config] = last["statement"]["managedRuleGroupStatement"]["managedRuleGroupConfigs"]
        assert config == {"awsManagedRulesBotControlRuleSet": {"inspectionLevel": "TARGETED"}}
        core = rules["AWSManagedRulesCommonRuleSet"]["statement"]["managedRuleGroupStatement"]
        assert core["ruleActionOverrides"] == [{"name": "SizeRestrictions_BODY", "actionToUse": {"count": {}}}]

    def test_the_balancer_can_admit_the_group_of_cloudfronts_origins(self, private_link: Graph) -> None:
        [rule] = [node for node in private_link.of_type(INGRESS) if node.name.startswith("edge-internal-https-")]
        assert rule.inputs["referencedSecurityGroupId"] == "sg-0123456789abcdef0"
        assert "prefixListId" not in rule.inputs

    def test_origin_shield_stands_in_its_region(self, private_link: Graph) -> None:
        [distribution] = private_link.of_type("aws:cloudfront/distribution:Distribution")
        [origin] = distribution.inputs["origins"]
        assert origin["originShield"] == {"enabled": True, "originShieldRegion": "us-west-2"}

    def test_a_small_environment_is_cheaper_and_no_less_safe(self, allow_list: Graph) -> None:
        [distribution] = allow_list.of_type("aws:cloudfront/distribution:Distribution")
        assert distribution.inputs["priceClass"] == "PriceClass_100"
        assert len(allow_list.of_type("aws:acm/certificate:Certificate")) == 1

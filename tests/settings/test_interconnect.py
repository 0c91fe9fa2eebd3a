"""The kinds of link: each is refused where it could not be made, or could not carry what replication sends."""

import pytest

from settings.addresses import Asns
from settings.interconnect import PARTNER_REGIONS, CircuitSettings, DedicatedSettings, LinkSettings
from settings.types import AWS_REGIONS, GCP_REGIONS, Refusal

ENDS = (Asns().aws, Asns().gcp)
CIRCUITS = tuple(
    CircuitSettings(
        google_location=f"pdx-zone{domain}-1922", remote_location="aws-eqix-se2", aws_location="EqSe2", vlan=100
    )
    for domain in (1, 2)
)


def test_partner_regions_exist():
    assert PARTNER_REGIONS.keys() <= set(AWS_REGIONS)
    assert set(PARTNER_REGIONS.values()) <= set(GCP_REGIONS)


def test_a_partner_link_starts_where_the_clouds_meet():
    LinkSettings().check("partner", "us-west-2", ENDS)
    with pytest.raises(Refusal, match="choose vpn or dedicated"):
        LinkSettings().check("partner", "us-east-2", ENDS)


def test_circuits_go_through_both_domains():
    LinkSettings(dedicated=DedicatedSettings(circuits=CIRCUITS)).check("dedicated", "us-west-2", ENDS)
    with pytest.raises(ValueError, match="half of them"):
        DedicatedSettings(circuits=(CIRCUITS[0], CIRCUITS[0].model_copy(update={"vlan": 200})))


@pytest.mark.parametrize("number", ENDS)
def test_the_direct_connect_gateway_has_a_number_of_its_own(number):
    link = LinkSettings(direct_connect_asn=number)
    link.check("vpn", "us-west-2", ENDS)
    with pytest.raises(Refusal, match="loops"):
        link.check("partner", "us-west-2", ENDS)


@pytest.mark.parametrize(("kind", "most"), [("vpn", 625), ("partner", 500), ("dedicated", 5000)])
def test_one_path_carries_the_change_rate_and_its_headroom(kind, most):
    dedicated = DedicatedSettings(circuits=CIRCUITS)
    LinkSettings(change_rate_mbps=most, headroom=2.0, dedicated=dedicated).check(kind, "us-west-2", ENDS)
    with pytest.raises(Refusal, match="fall behind"):
        LinkSettings(change_rate_mbps=most + 1, headroom=2.0, dedicated=dedicated).check(kind, "us-west-2", ENDS)

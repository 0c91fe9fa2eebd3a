"""The address plan: whatever the supernet, ranges do not collide and both clouds take them."""

from collections.abc import Iterator
from dataclasses import fields
from ipaddress import IPv4Network
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from settings.addresses import ZONE_SLOTS, Addresses, AddressPlan, plan
from settings.types import RFC_1918, Refusal

# How long an example takes says how busy the machine is.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")


@st.composite
def supernets(draw: st.DrawFn) -> IPv4Network:
    """Every private /8 to /16 that a plan can be made from."""
    private = draw(st.sampled_from(RFC_1918))
    prefix = draw(st.integers(max(8, private.prefixlen), 16))
    position = draw(st.integers(0, 2 ** (prefix - private.prefixlen) - 1))
    return IPv4Network((int(private.network_address) + position * 2 ** (32 - prefix), prefix))


def planned(supernet: IPv4Network) -> AddressPlan | None:
    """The plan, or None where AWS or a managed service would refuse it."""
    try:
        return plan(Addresses(supernet=supernet))
    except ValidationError:
        return None


def aws_ranges(made: AddressPlan) -> Iterator[tuple[str, IPv4Network]]:
    """The ranges that hold addresses: not the two that are cut into subnets."""
    yield "aws.services", made.aws.services
    for tier, subnets in made.aws.tiers.items():
        for position, subnet in enumerate(subnets):
            yield f"aws.{tier}[{position}]", subnet


def gcp_ranges(made: AddressPlan) -> Iterator[tuple[str, IPv4Network]]:
    for field in fields(made.gcp):
        if field.name != "block":
            yield f"gcp.{field.name}", getattr(made.gcp, field.name)


@given(supernets())
def test_no_two_ranges_overlap(supernet):
    if made := planned(supernet):
        ranges = sorted([*aws_ranges(made), *gcp_ranges(made)], key=lambda named: named[1])
        assert [(left, right) for left, right in pairwise(ranges) if left[1].overlaps(right[1])] == []


@given(supernets())
def test_each_cloud_keeps_to_its_half(supernet):
    if made := planned(supernet):
        assert {made.aws.block, made.gcp.block} == set(supernet.subnets())
        assert all(subnet.subnet_of(made.aws.block) for _, subnet in aws_ranges(made))
        assert all(subnet.subnet_of(made.gcp.block) for _, subnet in gcp_ranges(made))


@given(supernets())
def test_aws_takes_the_ranges(supernet):
    if made := planned(supernet):
        aws = made.aws
        for network in (aws.vpc, aws.pods):
            assert 16 <= network.prefixlen <= 28
            assert network.subnet_of(aws.block)
        assert not aws.vpc.overlaps(aws.pods)
        for tier, subnets in aws.tiers.items():
            assert len(subnets) == ZONE_SLOTS
            for subnet in subnets:
                assert 16 <= subnet.prefixlen <= 28
                assert subnet.subnet_of(aws.pods if tier == "pods" else aws.vpc)
        assert 12 <= aws.services.prefixlen <= 24
        assert sum(aws.vpc.subnet_of(private) and aws.pods.subnet_of(private) for private in RFC_1918) == 1
        in_first_two = aws.vpc.overlaps(IPv4Network("10.0.0.0/15"))
        assert not (in_first_two and aws.pods.overlaps(IPv4Network("10.0.0.0/16")))
        assert not aws.pods.overlaps(IPv4Network("172.31.0.0/16"))


@given(supernets())
def test_google_cloud_takes_the_ranges(supernet):
    if made := planned(supernet):
        gcp = made.gcp
        assert all(subnet.prefixlen <= 29 for _, subnet in gcp_ranges(made))
        assert gcp.control_plane.prefixlen == 28
        assert gcp.kafka_connect.prefixlen <= 22
        assert gcp.proxy_only.prefixlen <= 23
        assert gcp.private_services.prefixlen <= 20
        assert gcp.serverless.prefixlen <= 26
        assert gcp.pods.prefixlen <= 21


@given(supernets())
def test_pods_have_the_most_room(supernet):
    if made := planned(supernet):
        rooms = {tier: subnets[0].num_addresses for tier, subnets in made.aws.tiers.items()}
        assert max(rooms, key=lambda tier: rooms[tier]) == "pods"
        assert made.gcp.pods.num_addresses == max(subnet.num_addresses for _, subnet in gcp_ranges(made))


@given(supernets())
def test_only_known_clashes_are_refused(supernet):
    clashes = (
        supernet.overlaps(IPv4Network("172.17.0.0/16"))
        or supernet == IPv4Network("172.31.0.0/16")
        or (supernet.overlaps(IPv4Network("10.0.0.0/16")) and supernet.prefixlen > 13)
    )
    assert (planned(supernet) is None) == clashes


def test_tunnels_are_distinct_and_clear_of_what_aws_keeps():
    tunnels = plan(Addresses(supernet=IPv4Network("10.64.0.0/12"))).tunnels
    kept = [IPv4Network(f"169.254.{third}.0/30") for third in range(6)] + [IPv4Network("169.254.169.252/30")]
    assert len(set(tunnels)) == 4
    for tunnel in tunnels:
        assert tunnel.prefixlen == 30
        assert tunnel.subnet_of(IPv4Network("169.254.0.0/16"))
        assert not any(tunnel.overlaps(range_) for range_ in kept)


def test_the_shipped_plan_never_moves():
    """Moving a range that is in use replaces networks: what follows may be added to, never changed."""
    made = plan(Addresses(supernet=IPv4Network("10.64.0.0/12")))
    ranges = {name: str(subnet) for name, subnet in [*aws_ranges(made), *gcp_ranges(made)]}
    assert ranges == {
        "aws.services": "10.68.0.0/20",
        "aws.public[0]": "10.64.128.0/21",
        "aws.public[1]": "10.64.136.0/21",
        "aws.public[2]": "10.64.144.0/21",
        "aws.public[3]": "10.64.152.0/21",
        "aws.private[0]": "10.64.0.0/19",
        "aws.private[1]": "10.64.32.0/19",
        "aws.private[2]": "10.64.64.0/19",
        "aws.private[3]": "10.64.96.0/19",
        "aws.data[0]": "10.64.160.0/21",
        "aws.data[1]": "10.64.168.0/21",
        "aws.data[2]": "10.64.176.0/21",
        "aws.data[3]": "10.64.184.0/21",
        "aws.transit[0]": "10.64.192.0/28",
        "aws.transit[1]": "10.64.192.16/28",
        "aws.transit[2]": "10.64.192.32/28",
        "aws.transit[3]": "10.64.192.48/28",
        "aws.pods[0]": "10.66.0.0/18",
        "aws.pods[1]": "10.66.64.0/18",
        "aws.pods[2]": "10.66.128.0/18",
        "aws.pods[3]": "10.66.192.0/18",
        "gcp.pods": "10.72.0.0/15",
        "gcp.nodes": "10.74.0.0/20",
        "gcp.services": "10.75.0.0/20",
        "gcp.private_services": "10.76.0.0/16",
        "gcp.kafka_connect": "10.77.0.0/22",
        "gcp.proxy_only": "10.77.4.0/23",
        "gcp.kafka": "10.77.6.0/24",
        "gcp.psc": "10.77.7.0/24",
        "gcp.dms": "10.77.8.0/24",
        "gcp.serverless": "10.77.9.0/24",
        "gcp.memorystore": "10.77.10.0/24",
        "gcp.control_plane": "10.77.11.0/28",
        "gcp.google_apis": "10.77.11.16/28",
    }


@pytest.mark.parametrize("supernet", ["10.0.0.0/8", "10.64.0.0/12", "192.168.0.0/16"])
def test_largest_and_smallest_supernets_make_a_plan(supernet):
    assert planned(IPv4Network(supernet))


def test_a_refusal_says_why_and_what_to_do():
    with pytest.raises(ValidationError, match="too small") as refused:
        Addresses(supernet=IPv4Network("10.0.0.0/24"))
    (error,) = refused.value.errors()
    assert isinstance(error["ctx"]["error"], Refusal)

"""Ways out of the VPC."""

import pulumi

from components.aws.watch.rows import Alarm, Watched


def nat_gateway(name: str, gateway_id: pulumi.Input[str]) -> list[Watched]:
    """A NAT gateway. https://docs.aws.amazon.com/vpc/latest/userguide/metrics-dimensions-nat-gateway.html."""
    alarms = (
        Alarm(
            "ports", ("ErrorPortAllocation",), "Sum", 0, "page",
            "No free port for connections to one destination: they fail. Add addresses or spread the calls.",
        ),
        Alarm(
            "drops", ("PacketsDropCount", "PacketsOutToDestination", "PacketsOutToSource"), "Sum", 0.01, "ticket",
            "The gateway drops more than 0.01 % of packets.", period=300, periods=3,
            expression="100 * m0 / (m1 + m2)", missing="notBreaching",
        ),
    )  # fmt: skip
    return [Watched(name, "Network", "AWS/NATGateway", {"NatGatewayId": gateway_id}, alarms)]


def transit_gateway(gateway_id: pulumi.Input[str]) -> list[Watched]:
    """A Transit Gateway. https://docs.aws.amazon.com/vpc/latest/tgw/transit-gateway-cloudwatch-metrics.html."""
    alarms = (
        Alarm(
            "blackhole", ("PacketDropCountBlackhole",), "Sum", 100, "ticket",
            "Packets follow a route whose attachment is gone.", period=300, periods=2,
        ),
        Alarm(
            "no-route", ("PacketDropCountNoRoute",), "Sum", 100, "ticket",
            "Packets for a range that no route names.", period=300, periods=2,
        ),
    )  # fmt: skip
    return [Watched("transit", "Network", "AWS/TransitGateway", {"TransitGateway": gateway_id}, alarms)]


def vpn(name: str, connection_id: pulumi.Input[str]) -> list[Watched]:
    """A VPN connection's two tunnels. https://docs.aws.amazon.com/vpn/latest/s2svpn/monitoring-cloudwatch-vpn.html."""
    alarms = (
        Alarm(
            "tunnels", ("TunnelState",), "Minimum", 1, "ticket",
            "A tunnel to the standby is down, or its BGP session: the others carry its traffic.", below=True,
        ),
        Alarm(
            "connection", ("TunnelState",), "Maximum", 0.5, "page",
            "Both tunnels of a connection to the standby are down.", below=True, missing="breaching",
        ),
    )  # fmt: skip
    return [Watched(name, "Link", "AWS/VPN", {"VpnId": connection_id}, alarms)]


def circuit(name: str, connection_id: pulumi.Input[str]) -> list[Watched]:
    """A Direct Connect port. https://docs.aws.amazon.com/directconnect/latest/UserGuide/monitoring-cloudwatch.html."""
    alarm = Alarm(
        "state", ("ConnectionState",), "Minimum", 1, "page",
        "A circuit to the standby is down.", below=True,
    )  # fmt: skip
    return [Watched(name, "Link", "AWS/DX", {"ConnectionId": connection_id}, (alarm,))]


def attachment(name: str, gateway_id: pulumi.Input[str], attachment_id: pulumi.Input[str]) -> list[Watched]:
    """An attachment that always has something to carry."""
    alarm = Alarm(
        "silence", ("BytesIn",), "Sum", 1, "page",
        "Nothing comes from the standby any more, not even acknowledgements.", below=True, period=300, periods=3,
        missing="breaching",
    )  # fmt: skip
    dimensions = {"TransitGateway": gateway_id, "TransitGatewayAttachment": attachment_id}
    return [Watched(name, "Link", "AWS/TransitGateway", dimensions, (alarm,))]

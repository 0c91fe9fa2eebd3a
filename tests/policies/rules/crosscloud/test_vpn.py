from tests.policies.harness import UNKNOWN, Cases, Subject, secret, verdicts

CONNECTION = Subject(
    "aws:ec2/vpnConnection:VpnConnection",
    {
        "staticRoutesOnly": False,
        **{f"tunnel{number}IkeVersions": ["ikev2"] for number in (1, 2)},
        **{
            f"tunnel{number}Phase{phase}{choice}": [value]
            for number in (1, 2)
            for phase in (1, 2)
            for choice, value in (
                ("EncryptionAlgorithms", "AES256-GCM-16"),
                ("IntegrityAlgorithms", "SHA2-384"),
                ("DhGroupNumbers", 20),
            )
        },
    },
    "connection",
    stack="interconnect",
)
GATEWAY = Subject("gcp:compute/haVpnGateway:HaVpnGateway", {}, "gateway", stack="interconnect")
SUITE = {
    "phase1": {"encryptions": ["AES-GCM-16-256"], "prves": ["PRF-HMAC-SHA2-384"], "dhs": ["Group-20"]},
    "phase2": {"encryptions": ["AES-GCM-16-256"], "pfs": ["Group-20"]},
}
TUNNELS = [
    Subject(
        "gcp:compute/vPNTunnel:VPNTunnel",
        {
            "ikeVersion": 2,
            "vpnGatewayInterface": at // 2,
            "peerExternalGatewayInterface": at,
            "sharedSecret": secret(f"key-{at}"),
            "cipherSuite": SUITE,
        },
        f"tunnel-{at}",
        stack="interconnect",
        refs={"vpnGateway": GATEWAY},
    )
    for at in range(4)
]
CUSTOMERS = [
    Subject("aws:ec2/customerGateway:CustomerGateway", {}, f"customer-{at}", stack="interconnect") for at in range(2)
]
INTERFACES = [
    Subject(
        "gcp:compute/routerInterface:RouterInterface",
        {},
        f"interface-{at}",
        stack="interconnect",
        refs={"vpnTunnel": tunnel},
    )
    for at, tunnel in enumerate(TUNNELS)
]
PEERS = [
    Subject("gcp:compute/routerPeer:RouterPeer", {}, f"peer-{at}", stack="interconnect", refs={"interface": interface})
    for at, interface in enumerate(INTERFACES)
]
LINK = [GATEWAY, CONNECTION, *CUSTOMERS, *TUNNELS, *INTERFACES, *PEERS]


def changed(path: str, value: object) -> list[Subject]:
    """The link with every tunnel's property set to one value."""
    return [each.set(path, value) if each in TUNNELS else each for each in LINK]


CASES = {
    "crosscloud-vpn-one-proposal": Cases(
        passes=[CONNECTION, TUNNELS[0]],
        fails=[
            (CONNECTION.unset("tunnel1IkeVersions"), "tunnel1IkeVersions"),
            (CONNECTION.set("tunnel2IkeVersions", ["ikev1", "ikev2"]), "tunnel2IkeVersions"),
            (CONNECTION.unset("tunnel1Phase2IntegrityAlgorithms"), "tunnel1Phase2IntegrityAlgorithms"),
            (
                CONNECTION.set("tunnel2Phase1EncryptionAlgorithms", ["AES128", "AES256"]),
                "tunnel2Phase1EncryptionAlgorithms",
            ),
            (CONNECTION.unset("tunnel2Phase1DhGroupNumbers"), "tunnel2Phase1DhGroupNumbers"),
            (CONNECTION.set("tunnel1Phase2DhGroupNumbers", [14, 20]), "tunnel1Phase2DhGroupNumbers"),
            (TUNNELS[0].set("ikeVersion", 1), "ikeVersion"),
            (TUNNELS[0].unset("cipherSuite.phase1.prves"), "cipherSuite.phase1.prves"),
            (TUNNELS[0].set("cipherSuite.phase1.dhs", ["Group-14", "Group-20"]), "cipherSuite.phase1.dhs"),
            (TUNNELS[0].set("cipherSuite.phase2", {"encryptions": ["AES-GCM-16-256"]}), "cipherSuite.phase2.pfs"),
        ],
        unknown=[TUNNELS[0].set("cipherSuite", UNKNOWN)],
    ),
    "crosscloud-vpn-dynamic-routes": Cases(
        passes=[CONNECTION, CONNECTION.unset("staticRoutesOnly")],
        fails=[(CONNECTION.set("staticRoutesOnly", True), "staticRoutesOnly")],
        unknown=[CONNECTION.set("staticRoutesOnly", UNKNOWN)],
    ),
    "crosscloud-vpn-four-paths": Cases(
        passes=[LINK, [CONNECTION]],
        fails=[
            ([GATEWAY], ""),
            ([each for each in LINK if each is not TUNNELS[3]], ""),
            (changed("vpnGatewayInterface", 0), "vpnInterfaces"),
            (changed("peerExternalGatewayInterface", 0), ""),
            ([each for each in LINK if each is not CUSTOMERS[1]], ""),
        ],
        unknown=[changed("vpnGatewayInterface", UNKNOWN)],
    ),
    "crosscloud-vpn-bgp-sessions": Cases(
        passes=[LINK],
        fails=[
            ([each for each in LINK if each is not PEERS[2]], ""),
            ([each for each in LINK if each is not INTERFACES[0]], ""),
        ],
    ),
    "crosscloud-vpn-distinct-keys": Cases(
        passes=[LINK],
        fails=[(changed("sharedSecret", secret("one-key")), "sharedSecret")],
        unknown=[changed("sharedSecret", UNKNOWN)],
    ),
}

test_verdicts = verdicts(CASES)

"""Two clusters of real servers with TLS, as both clouds have them: Debian's redis-server or valkey-server is one."""

import datetime
import ipaddress
import shutil
import socket
import subprocess
import time
from collections.abc import Callable, Generator, Iterator
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from valkey import Valkey
from valkey.credentials import UsernamePasswordCredentialProvider
from valkey.exceptions import ValkeyError

from components.aws.elasticache import WARMING_RIGHTS
from services.cache_warmer.cluster import Access, Node
from tests.services.cache_warmer.servers import PASSWORD, SLOTS, Servers

# The certificate has the first one alone.
ADDRESSES = ("127.0.0.1", "127.0.0.2")

SERVER = next((found for name in ("valkey-server", "redis-server") if (found := shutil.which(name))), None)


@pytest.fixture(scope="session")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with an authority and the certificate that it signed for this machine's own names."""
    folder = tmp_path_factory.mktemp("certificates")
    authority, server = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    issuer = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "authority")])
    now = datetime.datetime.now(datetime.UTC)

    def signed(name: x509.Name, key: ec.EllipticCurvePrivateKey, extension: x509.ExtensionType) -> bytes:
        builder = x509.CertificateBuilder(issuer, name, key.public_key(), x509.random_serial_number())
        builder = builder.not_valid_before(now).not_valid_after(now + datetime.timedelta(days=1))
        made = builder.add_extension(extension, critical=True).sign(authority, hashes.SHA256())
        return made.public_bytes(serialization.Encoding.PEM)

    names = [x509.DNSName("localhost"), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]
    (folder / "ca.pem").write_bytes(signed(issuer, authority, x509.BasicConstraints(ca=True, path_length=None)))
    (folder / "server.pem").write_bytes(
        signed(
            x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "server")]), server, x509.SubjectAlternativeName(names)
        )
    )
    (folder / "server.key").write_bytes(
        server.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    return folder


@pytest.fixture(scope="session")
def primary_servers(certificates: Path, tmp_path_factory: pytest.TempPathFactory) -> Generator[Servers]:
    """The primary: two shards, of which the first has a replica; the job logs in with its rights on ElastiCache."""
    options = ["--cluster-announce-hostname", "localhost", "--cluster-preferred-endpoint-type", "hostname"]
    login = UsernamePasswordCredentialProvider("warmer", PASSWORD)
    access = Access(login, (certificates / "ca.pem").read_text(), check_hostname=True)
    with_rights = ["--user", "warmer", *WARMING_RIGHTS.split(), f">{PASSWORD}"]
    yield from _cluster(
        certificates, tmp_path_factory.mktemp("primary"), [*options, *with_rights], access, shards=2, replica=True
    )


@pytest.fixture(scope="session")
def standby_servers(certificates: Path, tmp_path_factory: pytest.TempPathFactory) -> Generator[Servers]:
    """The standby: three shards, known by address."""
    login = UsernamePasswordCredentialProvider("default", PASSWORD)
    access = Access(login, (certificates / "ca.pem").read_text(), check_hostname=False)
    yield from _cluster(certificates, tmp_path_factory.mktemp("standby"), [], access, shards=3)


@pytest.fixture
def primary(primary_servers: Servers) -> Servers:
    primary_servers.clear()
    return primary_servers


@pytest.fixture
def standby(standby_servers: Servers) -> Servers:
    standby_servers.clear()
    return standby_servers


def _cluster(
    certificates: Path, folder: Path, options: list[str], access: Access, *, shards: int, replica: bool = False
) -> Iterator[Servers]:
    if SERVER is None:
        pytest.skip("no valkey-server or redis-server is installed: apt-get install redis-server brings one")
    processes, clients, ports = [], [], _free_ports(shards + replica)
    try:
        for port in ports:
            (folder / str(port)).mkdir()
            processes.append(_start(port, certificates, folder / str(port), options))
            clients.append(_client(port, certificates))
        primaries = clients[:shards]
        for at, client in enumerate(primaries):
            first, last = -(-at * SLOTS // shards), -(-(at + 1) * SLOTS // shards) - 1
            client.execute_command("CLUSTER", "ADDSLOTSRANGE", first, last)
            client.execute_command("CLUSTER", "SET-CONFIG-EPOCH", at + 1)
        for port in ports[1:]:
            primaries[0].execute_command("CLUSTER", "MEET", "127.0.0.1", port)
        if replica:
            _until(lambda: _replicates(clients[-1], primaries[0]))
        _until(lambda: all(_ready(client, shards, len(ports)) for client in clients))
        if replica:
            _until(lambda: clients[-1].info("replication")["master_link_status"] == "up")
        yield Servers(primaries, clients[-1] if replica else None, Node("localhost", ports[0]), access)
    finally:
        for process in processes:
            process.kill()
            process.wait()


def _start(port: int, certificates: Path, folder: Path, options: list[str]) -> subprocess.Popen[bytes]:
    tls = {"cert-file": "server.pem", "key-file": "server.key", "ca-cert-file": "ca.pem"}
    command = [str(SERVER), "--port", "0", "--tls-port", str(port), "--bind", *ADDRESSES, "--dir", str(folder)]
    for option, name in tls.items():
        command += [f"--tls-{option}", str(certificates / name)]
    command += ["--tls-auth-clients", "no", "--tls-cluster", "yes", "--tls-replication", "yes"]
    command += ["--cluster-enabled", "yes", "--save", "", "--requirepass", PASSWORD, "--masterauth", PASSWORD]
    return subprocess.Popen([*command, *options], stdout=(folder / "log").open("wb"))


def _client(port: int, certificates: Path) -> Valkey:
    client = Valkey("localhost", port, password=PASSWORD, ssl=True, ssl_ca_certs=str(certificates / "ca.pem"))

    def answers() -> bool:
        try:
            return bool(client.ping())
        except ValkeyError:
            return False

    _until(answers)
    return client


def _replicates(replica: Valkey, primary: Valkey) -> bool:
    """Whether a node knows its primary, and is told to follow it."""
    name = primary.execute_command("CLUSTER", "MYID")
    try:
        replica.execute_command("CLUSTER", "REPLICATE", name)
    except ValkeyError:
        return False
    return True


def _ready(client: Valkey, shards: int, nodes: int) -> bool:
    slots = client.execute_command("CLUSTER", "SLOTS")
    known = sum(len(each) - 2 for each in slots)
    return b"cluster_state:ok" in client.execute_command("CLUSTER", "INFO") and len(slots) == shards and known == nodes


def _until(true: Callable[[], object]) -> None:
    for _ in range(600):
        if true():
            return
        time.sleep(0.05)
    pytest.fail("the servers do not become a cluster")


def _free_ports(number: int) -> list[int]:
    """Ports that are free, and whose bus, 10,000 further, has one too."""
    found: list[int] = []
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        start = 20000 + probe.getsockname()[1] % 20000
    for port in range(start, start + 1000):
        if len(found) < number and not _listens(port) and not _listens(port + 10000):
            found.append(port)
    return found


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0

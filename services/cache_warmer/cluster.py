"""A Valkey cluster: which nodes have which keys, and connections to them. Always TLS, always verified."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from valkey import Valkey
from valkey.backoff import ExponentialBackoff
from valkey.connection import Connection
from valkey.crc import key_slot
from valkey.credentials import CredentialProvider
from valkey.exceptions import ClusterDownError, ConnectionError, TimeoutError
from valkey.retry import Retry

CONNECT_SECONDS, ANSWER_SECONDS = 10, 60


@dataclass(frozen=True)
class Access:
    """How to get in."""

    login: CredentialProvider
    authorities: str
    """Certificates, in PEM, of those who may sign the servers' certificates."""

    check_hostname: bool
    """Whether a certificate must also have the name that was asked for.

    Memorystore's nodes are known by address; an authority that signs for one instance alone stands for the name.
    """


@dataclass(frozen=True)
class Node:
    """Where a server listens."""

    host: str
    port: int


@dataclass(frozen=True)
class Shard:
    """A primary with its replicas, and the slots of which it has the keys."""

    primary: Node
    replicas: tuple[Node, ...]
    slots: tuple[range, ...]


class Cluster:
    """The nodes of a cluster, which its entry names."""

    def __init__(self, entry: Node, access: Access) -> None:
        self._entry, self._access = entry, access
        self._clients: dict[tuple[Node, bool], Valkey] = {}

    def shards(self) -> list[Shard]:
        """All shards as they are now, in the order of their slots."""
        found: dict[tuple[Node, tuple[Node, ...]], list[range]] = {}
        # The reply as it is: the library turns only `CLUSTER SLOTS` in one word into something else.
        for first, last, *nodes in self.client(self._entry).execute_command("CLUSTER", "SLOTS"):
            primary, *replicas = (self._node(node) for node in nodes)
            found.setdefault((primary, tuple(replicas)), []).append(range(first, last + 1))
        return [Shard(primary, replicas, tuple(slots)) for (primary, replicas), slots in found.items()]

    def client(self, node: Node, *, reads_replica: bool = False) -> Valkey:
        """Connections to one node, shared by all who ask; threads may use them together."""
        if (node, reads_replica) not in self._clients:
            self._clients[node, reads_replica] = _connected(node, self._access, reads_replica=reads_replica)
        return self._clients[node, reads_replica]

    def reader(self, shard: Shard) -> Valkey:
        """Connections to a replica that answers, so that the primary serves its users; else to the primary."""
        for replica in shard.replicas:
            client = self.client(replica, reads_replica=True)
            try:
                client.ping()
            except (ConnectionError, TimeoutError):
                continue
            return client
        return self.client(shard.primary)

    def close(self) -> None:
        """Close all connections."""
        for client in self._clients.values():
            client.close()

    def _node(self, described: Sequence[Any]) -> Node:
        """A node of the reply; one without a host is where the question was asked."""
        host = described[0].decode() if described[0] else self._entry.host
        return Node(host, described[1])


class Slots:
    """Which of several has a key."""

    def __init__(self, shards: Sequence[Shard], clients: Sequence[Valkey]) -> None:
        """`clients` are one for each of `shards`."""
        self._clients = {
            slot: client
            for shard, client in zip(shards, clients, strict=True)
            for slots in shard.slots
            for slot in slots
        }

    def client(self, key: bytes) -> Valkey:
        """Connections to where a key is kept; raises ClusterDownError while nobody has its slot."""
        slot = key_slot(key)
        if slot not in self._clients:
            raise ClusterDownError(f"no shard has slot {slot}")
        return self._clients[slot]


def _connected(node: Node, access: Access, *, reads_replica: bool) -> Valkey:
    return Valkey(
        node.host,
        node.port,
        credential_provider=access.login,
        ssl=True,
        ssl_cert_reqs="required",
        ssl_ca_data=access.authorities,
        ssl_check_hostname=access.check_hostname,
        socket_connect_timeout=CONNECT_SECONDS,
        socket_timeout=ANSWER_SECONDS,
        socket_keepalive=True,
        retry=Retry(ExponentialBackoff(cap=2, base=0.1), retries=3),
        retry_on_error=[ConnectionError, TimeoutError],
        valkey_connect_func=_readonly if reads_replica else None,
        # The login may do nothing that it need not.
        lib_name=None,
        lib_version=None,
    )


def _readonly(connection: Connection) -> None:
    """Log in, and ask a replica to answer itself."""
    connection.on_connect()
    connection.send_command("READONLY")
    connection.read_response()

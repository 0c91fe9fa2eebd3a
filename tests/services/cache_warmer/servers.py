"""A cluster of real servers, as tests see it."""

from dataclasses import dataclass

from valkey import Valkey

from services.cache_warmer.cluster import Access, Cluster, Node

PASSWORD = "sample"
SLOTS = 16384


@dataclass(frozen=True)
class Servers:
    """A running cluster: its primaries, for tests to fill and to read, and how the job gets in."""

    primaries: list[Valkey]
    replica: Valkey | None
    entry: Node
    access: Access

    def cluster(self) -> Cluster:
        return Cluster(self.entry, self.access)

    def client(self, key: bytes) -> Valkey:
        """Where a key is kept: slots are shared out in order, and evenly."""
        slot = self.primaries[0].execute_command("CLUSTER", "KEYSLOT", key)
        return self.primaries[slot * len(self.primaries) // SLOTS]

    def everything(self) -> dict[bytes, tuple[object, int]]:
        """Each key with its value, and when it expires."""
        return {
            key: (value(client, key), client.execute_command("PEXPIRETIME", key))
            for client in self.primaries
            for key in client.scan_iter(count=1000)
        }

    def clear(self) -> None:
        for client in self.primaries:
            client.flushall()


def value(client: Valkey, key: bytes) -> object:
    """What a key holds: dumps of equal sets may differ in the order of their members."""
    match client.type(key):
        case b"string":
            return client.get(key)
        case b"list":
            return client.execute_command("LRANGE", key, 0, -1)
        case b"set":
            return set(client.execute_command("SMEMBERS", key))
        case b"zset":
            return client.zrange(key, 0, -1, withscores=True)
        case b"hash":
            return dict(client.execute_command("HGETALL", key))
        case b"stream":
            return client.xrange(key), client.xinfo_groups(key), client.xpending(key, "readers")
        case unknown:
            raise AssertionError(f"no test fills {unknown!r}")

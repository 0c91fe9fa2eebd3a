"""One run: every key of the primary is written into the standby, and what the primary no longer has is removed there.

| counted as | what became of the keys |
|---|---|
| `copied` | written, or written over, with their expiry |
| `gone` | expired or deleted while they were read |
| `moving` | on their way to another shard of the primary: the next run finds them there |
| `too_large` | larger than a run takes; left as they are |
| `refused` | of a type that the standby does not know, such as a module's; left as they are |
| `removed` | in the standby, but no longer in the primary |
"""

import logging
import threading
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from valkey import Valkey
from valkey.exceptions import ResponseError

from .cluster import Cluster, Slots
from .pace import Pace

SCANNED_AT_ONCE = 500
"""Keys of a batch, about: the answers are of 1 to 2 round trips, and a server does nothing else meanwhile."""

SHARDS_AT_ONCE = 8
"""Which bounds the memory of a run: each holds one batch of values."""

LEAST_SHARE = 0.5
"""A primary with fewer keys than this share of the standby's has lost them: nothing is removed then."""

NEVER, MISSING = -1, -2
"""What PEXPIRETIME says of a key that does not expire, and of one that is not there."""

OLD_VERSION, UNKNOWN_TYPE = "DUMP payload version", "Bad data format"
"""How errors begin that RESTORE answers because of the value."""

OF_A_VALUE = (OLD_VERSION, UNKNOWN_TYPE)

log = logging.getLogger("cache_warmer")


class Incompatible(Exception):
    """The standby reads no value of the primary's: its version is older."""


class Stopped(Exception):
    """Another shard has failed."""


@dataclass(frozen=True)
class Limits:
    """What a run may take."""

    keys_per_second: float
    bytes_per_second: float
    largest_bytes: int
    """Of one value, by the primary's own estimate."""

    batch_bytes: int
    """Of the values that are held at once for one shard, by the same; a larger one is copied by itself."""


@dataclass(frozen=True)
class Value:
    """A key as the primary has it."""

    key: bytes
    expires: int
    """Milliseconds since 1970; 0 for never."""

    content: bytes
    """As DUMP writes it."""


class Warming:
    """A run from one cluster into another; `check` raises where nothing may be written (any more)."""

    def __init__(self, source: Cluster, target: Cluster, limits: Limits, check: Callable[[], None]) -> None:
        self._source, self._target, self._limits, self._check = source, target, limits, check
        self._keys, self._bytes = Pace(limits.keys_per_second), Pace(limits.bytes_per_second)
        self._stop = threading.Event()
        self._slots = Slots([], [])

    def run(self) -> Counter[str]:
        """Copy, then remove, and return the counts; raises the first error of any shard, once all have ended."""
        self._check()
        counts: Counter[str] = Counter()
        shards = self._source.shards()
        readers = [self._source.reader(shard) for shard in shards]
        self._slots = self._written()
        counts.update(self._each(self._copy_all, readers))
        if self._has_lost_keys(counts):
            log.warning("the primary has far fewer keys than the standby: none is removed", extra=dict(counts))
            return counts
        primaries = [self._target.client(shard.primary) for shard in self._target.shards()]
        had = Slots(shards, readers)
        counts.update(self._each(lambda client: self._remove_all(client, had), primaries))
        return counts

    def _written(self) -> Slots:
        shards = self._target.shards()
        return Slots(shards, [self._target.client(shard.primary) for shard in shards])

    def _has_lost_keys(self, counts: Counter[str]) -> bool:
        sizes = [self._target.client(shard.primary).execute_command("DBSIZE") for shard in self._target.shards()]
        return counts["scanned"] < LEAST_SHARE * sum(sizes)

    def _each(self, work: Callable[[Valkey], Counter[str]], clients: Sequence[Valkey]) -> Counter[str]:
        """Do the work for every client at once."""

        def stopping(client: Valkey) -> Counter[str]:
            try:
                return work(client)
            except BaseException:
                self._stop.set()
                raise

        counts: Counter[str] = Counter()
        with ThreadPoolExecutor(max_workers=min(len(clients), SHARDS_AT_ONCE)) as pool:
            running = [pool.submit(stopping, client) for client in clients]
        failures = [error for each in running if (error := each.exception())]
        for error in failures:
            if not isinstance(error, Stopped):
                raise error
        for each in running:
            counts.update(each.result())
        return counts

    def _batches(self, client: Valkey) -> Iterator[list[bytes]]:
        """All keys of a node, some of them twice, as fast as the limits and the fence allow."""
        cursor = None
        while cursor != 0:
            cursor, keys = client.execute_command("SCAN", cursor or 0, "COUNT", SCANNED_AT_ONCE)
            if self._stop.is_set():
                raise Stopped
            self._check()
            self._keys.take(len(keys))
            if keys:
                yield keys

    def _copy_all(self, client: Valkey) -> Counter[str]:
        counts: Counter[str] = Counter()
        for keys in self._batches(client):
            counts["scanned"] += len(keys)
            for group in self._groups(client, keys, counts):
                values = self._read(client, group, counts)
                self._bytes.take(sum(len(value.content) for value in values))
                self._write(values, counts)
        return counts

    def _groups(self, client: Valkey, keys: Sequence[bytes], counts: Counter[str]) -> Iterator[list[bytes]]:
        """The keys in groups that memory has room for."""
        sizes = _ask(client, [("MEMORY USAGE", key) for key in keys])
        group: list[bytes] = []
        held = 0
        for key, size in zip(keys, sizes, strict=True):
            missed = _why_missed(size, self._limits.largest_bytes)
            if missed:
                counts[missed] += 1
                continue
            if group and held + size > self._limits.batch_bytes:
                yield group
                group, held = [], 0
            group.append(key)
            held += size
        if group:
            yield group

    def _read(self, client: Valkey, keys: Sequence[bytes], counts: Counter[str]) -> list[Value]:
        """The keys' values: the expiry first, so that a key that is replaced in between rather ends too early."""
        answers = _ask(client, [command for key in keys for command in (("PEXPIRETIME", key), ("DUMP", key))])
        values = []
        for key, expires, content in zip(keys, answers[::2], answers[1::2], strict=True):
            if _elsewhere(expires) or _elsewhere(content):
                counts["moving"] += 1
            elif expires == MISSING or content is None:
                counts["gone"] += 1
            else:
                values.append(Value(key, 0 if expires == NEVER else expires, content))
        return values

    def _write(self, values: Sequence[Value], counts: Counter[str]) -> None:
        """Write values where the standby keeps them, and once more where it has moved some meanwhile."""
        moved = self._restore(values, counts)
        if moved:
            self._slots = self._written()
            still = self._restore(moved, counts)
            if still:
                raise ResponseError(f"the standby moves {len(still)} keys while they are written")

    def _restore(self, values: Sequence[Value], counts: Counter[str]) -> list[Value]:
        """Write values, and return those that the standby keeps elsewhere."""
        moved = []
        for client, some in _by_client(values, self._slots.client).items():
            # With ABSTTL a key whose time has passed meanwhile is not written, and an earlier one is removed.
            answers = _ask(
                client, [("RESTORE", value.key, value.expires, value.content, "REPLACE", "ABSTTL") for value in some]
            )
            for value, answer in zip(some, answers, strict=True):
                if _elsewhere(answer):
                    moved.append(value)
                elif isinstance(answer, ResponseError):
                    _judge(answer, value)
                    counts["refused"] += 1
                else:
                    counts["copied"] += 1
        return moved

    def _remove_all(self, client: Valkey, had: Slots) -> Counter[str]:
        """Remove a node's keys that the primary has no longer: else an entry would live on that it has invalidated."""
        counts: Counter[str] = Counter()
        for keys in self._batches(client):
            for source, some in _by_client(keys, had.client).items():
                answers = _ask(source, [("EXISTS", key) for key in some])
                lost = [
                    key for key, answer in zip(some, answers, strict=True) if not _elsewhere(answer) and answer == 0
                ]
                counts["removed"] += sum(answer == 1 for answer in _ask(client, [("UNLINK", key) for key in lost]))
        return counts


def _ask(client: Valkey, commands: Iterable[tuple[bytes | str | int, ...]]) -> list:
    """The answers to commands that are sent in one go; errors of single ones are among them."""
    pipeline = client.pipeline(transaction=False)
    for command in commands:
        pipeline.execute_command(*command)
    return pipeline.execute(raise_on_error=False)


def _elsewhere(answer: object) -> bool:
    """Whether a node says that another one has the key; raises any other error but those of a value.

    Only the library's client for clusters makes errors of their own of these.
    """
    if not isinstance(answer, Exception):
        return False
    if str(answer).startswith(("MOVED ", "ASK ")):
        return True
    if type(answer) is ResponseError and str(answer).startswith(OF_A_VALUE):
        return False
    raise answer


def _why_missed(size: object, largest: int) -> str | None:
    """How a key counts that is not read, by what MEMORY USAGE says of it."""
    if _elsewhere(size):
        return "moving"
    if not isinstance(size, int):
        return "gone"
    return "too_large" if size > largest else None


def _by_client(items: Sequence, client: Callable[[bytes], Valkey]) -> dict[Valkey, list]:
    """Keys, or values, by the connections to where they are kept."""
    found: dict[Valkey, list] = {}
    for item in items:
        found.setdefault(client(item.key if isinstance(item, Value) else item), []).append(item)
    return found


def _judge(error: ResponseError, value: Value) -> None:
    """Raises where it is not the type of this one value that the standby does not know."""
    if str(error).startswith(OLD_VERSION):
        # A dump ends with two bytes of version and eight of checksum.
        version = int.from_bytes(value.content[-10:-8], "little")
        raise Incompatible(
            f"the standby's version of Valkey is too old for values in format {version}: raise it"
        ) from error

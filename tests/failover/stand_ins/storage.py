"""Cloud Storage: its JSON API, and public reads. https://docs.cloud.google.com/storage/docs/json_api/v1"""

import base64
import json
from hashlib import md5
from typing import Any

import google_crc32c

from tests.failover.stand_ins.asked import Answer, Asked, Route, page
from tests.failover.stand_ins.world import Failure, Object, World


def upload(world: World, asked: Asked) -> dict[str, Any]:
    """One request with the object's description and its content."""
    bucket = _bucket(world, asked)
    (_, described), (content_type, content) = _parts(asked)
    about = json.loads(described)
    name = about["name"]
    _precondition(asked, bucket.get(name))
    if "crc32c" in about and about["crc32c"] != _crc32c(content):
        raise Failure(400, "the checksum does not match")
    world.generation += 1
    where = f"gs://{asked.parts['bucket']}/{name}"
    world.effect("replace" if name in bucket else "create", where)
    bucket[name] = Object(content, world.generation, about.get("cacheControl"), content_type)
    if world.written and not world.lying:
        world.written(asked.parts["bucket"], name, content)
    return _resource(asked.parts["bucket"], name, bucket[name])


def download(world: World, asked: Asked) -> Answer:
    """Content, with its generation and checksums."""
    stored = _object(world, asked)
    hashes = f"crc32c={_crc32c(stored.content)},md5={_md5(stored.content)}"
    headers = {
        "content-type": stored.content_type,
        "x-goog-generation": str(stored.generation),
        "x-goog-metageneration": "1",
        "x-goog-hash": hashes,
    }
    return Answer(stored.content, headers=headers)


def get(world: World, asked: Asked) -> dict[str, Any]:
    """An object's description."""
    return _resource(asked.parts["bucket"], asked.parts["object"], _object(world, asked))


def list_(world: World, asked: Asked) -> dict[str, Any]:
    """Descriptions of the objects whose names begin so."""
    bucket, prefix = _bucket(world, asked), asked.query.get("prefix", "")
    found = [_resource(asked.parts["bucket"], name, bucket[name]) for name in sorted(bucket) if name.startswith(prefix)]
    return page(world, asked, "items", found)


def delete(world: World, asked: Asked) -> Answer:
    """Remove an object."""
    _precondition(asked, _object(world, asked))
    del world.buckets[asked.parts["bucket"]][asked.parts["object"]]
    world.effect("delete", f"gs://{asked.parts['bucket']}/{asked.parts['object']}")
    return Answer(status=204)


def read(world: World, asked: Asked) -> Answer:
    """What anybody reads: an object that does not say no-store is kept by caches, as Google's does for an hour."""
    if asked.parts["bucket"] not in world.buckets:
        raise Failure(404, "no such bucket")
    address = f"{asked.parts['bucket']}/{asked.parts['object']}"
    if address in world.cached:
        return Answer(world.cached[address])
    stored = world.buckets[asked.parts["bucket"]].get(asked.parts["object"])
    if asked.parts["bucket"] not in world.public or stored is None:
        raise Failure(403, "anonymous caller does not have storage.objects.list access")
    if stored.cache_control != "no-store":
        world.cached[address] = stored.content
    return Answer(stored.content, headers={"cache-control": stored.cache_control or "public, max-age=3600"})


def _bucket(world: World, asked: Asked) -> dict[str, Object]:
    if asked.parts["bucket"] not in world.buckets:
        raise Failure(404, "the specified bucket does not exist")
    return world.buckets[asked.parts["bucket"]]


def _object(world: World, asked: Asked) -> Object:
    found = _bucket(world, asked).get(asked.parts["object"])
    if found is None:
        raise Failure(404, f"no such object: {asked.parts['bucket']}/{asked.parts['object']}")
    return found


def _precondition(asked: Asked, found: Object | None) -> None:
    wanted = asked.query.get("ifGenerationMatch")
    if wanted is not None and int(wanted) != (found.generation if found else 0):
        raise Failure(412, "at least one of the pre-conditions you specified did not hold")


def _parts(asked: Asked) -> list[tuple[str, bytes]]:
    """Type and content of each part of a multipart/related body."""
    boundary = asked.headers.get_boundary()
    if asked.query.get("uploadType") != "multipart" or boundary is None:
        raise Failure(501, "the stand-in knows uploads of one request only")
    found = []
    for part in asked.body.split(f"--{boundary}".encode())[1:-1]:
        head, content = part.split(b"\r\n\r\n", 1)
        content_type = head.decode().strip().split(": ", 1)[1]
        found.append((content_type, content.removesuffix(b"\r\n")))
    return found


def _resource(bucket: str, name: str, stored: Object) -> dict[str, Any]:
    return {
        "kind": "storage#object",
        "id": f"{bucket}/{name}/{stored.generation}",
        "bucket": bucket,
        "name": name,
        "generation": str(stored.generation),
        "metageneration": "1",
        "size": str(len(stored.content)),
        "contentType": stored.content_type,
        "crc32c": _crc32c(stored.content),
        "md5Hash": _md5(stored.content),
        **({"cacheControl": stored.cache_control} if stored.cache_control else {}),
    }


def _crc32c(content: bytes) -> str:
    return base64.b64encode(google_crc32c.Checksum(content).digest()).decode()


def _md5(content: bytes) -> str:
    return base64.b64encode(md5(content, usedforsecurity=False).digest()).decode()


_OF_BUCKET = "/storage/v1/b/(?P<bucket>[^/]+)/o"
ROUTES: tuple[Route, ...] = (
    ("upload", "POST", f"/upload{_OF_BUCKET}", upload),
    ("download", "GET", f"/download{_OF_BUCKET}/(?P<object>[^/]+)", download),
    ("list", "GET", _OF_BUCKET, list_),
    ("get", "GET", f"{_OF_BUCKET}/(?P<object>[^/]+)", get),
    ("delete", "DELETE", f"{_OF_BUCKET}/(?P<object>[^/]+)", delete),
    ("read", "GET", "/(?P<bucket>[^/]+)/(?P<object>.+)", read),
)

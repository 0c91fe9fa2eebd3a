"""Copies the applications' secrets from one Vault to another, through a bucket of the second one's cloud.

    python3 -m vault_jobs.copies export export.json
    python3 -m vault_jobs.copies import import.json

Whoever exports can encrypt and not decrypt; whoever imports can decrypt and has no other way to the first Vault. Each
piece is bound to its copy's time and its place in it, so that pieces of two copies cannot be mixed.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.error import HTTPError

from . import google
from .client import TOKEN_FILE, Vault

METRIC = "custom.googleapis.com/replication/vault/age_seconds"
"""How old the copy is that the standby's Vault was last made equal to."""

OBJECT = "copy.json"
PIECE = 48 * 1024
"""Bytes that are encrypted at once; Cloud KMS takes 64 KiB."""

Secrets = Mapping[str, Mapping[str, Any]]
"""Values of secrets by their paths."""


def main() -> None:
    """Export or import, as the first argument says."""
    way, file = sys.argv[1:3]
    given = Path(file)
    if way == "export" and not given.exists():
        print("the regions are not joined: nothing says where a copy goes")
        return
    config = json.loads(given.read_text())
    vault = Vault(config["address"], config.get("authority"))
    now = time.time()
    if way == "export":
        export(vault, config, now)
    else:
        take_in(vault, config, now)


def export(vault: Vault, config: Mapping[str, Any], now: float) -> None:
    """Write a copy of all secrets."""
    with vault.session("export", config.get("token_file", TOKEN_FILE)):
        found = read_all(vault, config["mount"])
    token = google.exchanged_token(config["audience"], config["google_token_file"])
    sealed = seal(found, config["key"], token, int(now))
    google.put_object(token, config["bucket"], OBJECT, json.dumps(sealed).encode())
    print(f"copied {len(found)} secrets")


def take_in(vault: Vault, config: Mapping[str, Any], now: float) -> None:
    """Make the secrets here equal to those of the newest copy, and tell how old that is."""
    token = google.pod_token()
    try:
        sealed = json.loads(google.get_object(token, config["bucket"], OBJECT))
    except HTTPError as error:
        if error.code == 404:
            raise SystemExit("there is no copy: see what the job vault-export of the primary's cluster logs") from error
        raise
    secrets = unseal(sealed, config["key"], token)
    with vault.session("import", config.get("token_file", TOKEN_FILE)):
        changed, removed = equalise(vault, config["mount"], secrets)
    google.report(token, config["project"], METRIC, max(0, int(now - sealed["time"])), now)
    print(f"{len(secrets)} secrets: {changed} written, {removed} removed")


def read_all(vault: Vault, mount: str, folder: str = "") -> dict[str, dict[str, Any]]:
    """The newest values of all secrets below a folder; those that are deleted are left out."""
    found: dict[str, dict[str, Any]] = {}
    for name in vault.names(f"{mount}/metadata/{folder}"):
        path = folder + name
        if name.endswith("/"):
            found |= read_all(vault, mount, path)
        elif secret := vault.ask("GET", f"{mount}/data/{path}"):
            found[path] = secret["data"]["data"]
    return found


def seal(secrets: Secrets, key: str, token: str, now: int) -> dict[str, Any]:
    """The copy: its time, and its pieces, each encrypted."""
    plain = json.dumps(secrets, sort_keys=True).encode()
    pieces = [plain[start : start + PIECE] for start in range(0, len(plain), PIECE)]
    encrypted = [
        google.encrypt(token, key, piece, bound_to(now, place, len(pieces))) for place, piece in enumerate(pieces)
    ]
    return {"time": now, "pieces": encrypted}


def unseal(sealed: Mapping[str, Any], key: str, token: str) -> dict[str, dict[str, Any]]:
    """The secrets of a copy; an error if it is not whole, or not of its time."""
    pieces = sealed["pieces"]
    plain = [
        google.decrypt(token, key, piece, bound_to(sealed["time"], place, len(pieces)))
        for place, piece in enumerate(pieces)
    ]
    return json.loads(b"".join(plain))


def bound_to(now: int, place: int, pieces: int) -> str:
    """What a piece is bound to."""
    return f"vault-copy/{now}/{place}/{pieces}"


def equalise(vault: Vault, mount: str, secrets: Secrets) -> tuple[int, int]:
    """Write what differs, and delete what is gone, in a way that can be undone; how many of each.

    A copy without any secret deletes nothing: a Vault that was just made anew must not empty the other one.
    """
    here = read_all(vault, mount)
    if here and not secrets:
        raise SystemExit(f"the copy is empty, and {len(here)} secrets are here: nothing is deleted")
    differing = [path for path, values in secrets.items() if here.get(path) != values]
    for path in differing:
        vault.ask("POST", f"{mount}/data/{path}", {"data": secrets[path]})
    gone = here.keys() - secrets.keys()
    for path in gone:
        vault.ask("DELETE", f"{mount}/data/{path}")
    return len(differing), len(gone)


if __name__ == "__main__":
    main()

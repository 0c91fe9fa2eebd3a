"""Initialises Vault once, and makes it what the settings say, again and again.

    python3 -m vault_jobs.configure configure.json

Root does as little as lets this program's own role in, and is revoked before anything else. The recovery keys go into
the cloud's own secret store, which is tried before Vault is initialised: they are told but once. Policies, roles and
audit devices that the file does not name are removed; secrets never are.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from .client import TOKEN_FILE, Vault
from .places import keep_secret

OWN_ROLE = "configure"
BUILT_IN = ("default", "root")
"""Policies that Vault has by itself, and lets nobody delete."""


def main() -> None:
    """Do it."""
    config = json.loads(Path(sys.argv[1]).read_text())
    vault = Vault(config["address"], config.get("authority"))
    first = Vault(config["first"], config.get("authority"))
    if not first.ask("GET", "sys/init")["initialized"]:
        initialise(first, vault, config)
    with vault.session(OWN_ROLE, config.get("token_file", TOKEN_FILE)):
        apply(vault, config)
    print("Vault is as the settings say")


def initialise(first: Vault, vault: Vault, config: Mapping[str, Any]) -> None:
    """Initialise the first server, whom the others join, and let this program's role in."""
    keep_secret(config["recovery_store"], json.dumps({"state": "Vault is about to be initialised"}))
    recovery = config["recovery"]
    asked = {"recovery_shares": recovery["shares"], "recovery_threshold": recovery["threshold"]}
    if recovery["pgp_keys"]:
        asked["recovery_pgp_keys"] = recovery["pgp_keys"]
    answer = first.ask("PUT", "sys/init", asked)
    keys = {"recovery_keys": answer["recovery_keys_base64"], "encrypted": bool(recovery["pgp_keys"])}
    try:
        keep_secret(config["recovery_store"], json.dumps(keys))
    finally:
        with vault.root(answer["root_token"]):
            admit(vault, config)
    print("Vault is initialised; its recovery keys are in the cloud's secret store, and the root token is revoked")


def admit(vault: Vault, config: Mapping[str, Any]) -> None:
    """Let pods log in, and this program's role do its work."""
    if "kubernetes/" not in vault.ask("GET", "sys/auth")["data"]:
        vault.ask("POST", "sys/auth/kubernetes", {"type": "kubernetes"})
    vault.ask("POST", "auth/kubernetes/config", config["kubernetes"])
    vault.ask("PUT", f"sys/policies/acl/{OWN_ROLE}", {"policy": config["policies"][OWN_ROLE]})
    vault.ask("POST", f"auth/kubernetes/role/{OWN_ROLE}", config["roles"][OWN_ROLE])


def apply(vault: Vault, config: Mapping[str, Any]) -> None:
    """Make everything what the file says: audit first, so that the rest is on record."""
    _audit(vault, config["audit"])
    vault.ask("POST", "sys/storage/raft/autopilot/configuration", config["autopilot"])
    mounted = vault.ask("GET", "sys/mounts")["data"]
    for mount, wanted in config["mounts"].items():
        if f"{mount}/" not in mounted:
            vault.ask("POST", f"sys/mounts/{mount}", wanted)
    vault.ask("POST", "auth/kubernetes/config", config["kubernetes"])
    for policy, text in config["policies"].items():
        vault.ask("PUT", f"sys/policies/acl/{policy}", {"policy": text})
    for role, wanted in config["roles"].items():
        vault.ask("POST", f"auth/kubernetes/role/{role}", wanted)
    for role in set(vault.names("auth/kubernetes/role")) - config["roles"].keys():
        vault.ask("DELETE", f"auth/kubernetes/role/{role}")
    for policy in set(vault.names("sys/policies/acl")) - config["policies"].keys() - set(BUILT_IN):
        vault.ask("DELETE", f"sys/policies/acl/{policy}")


def _audit(vault: Vault, wanted: Mapping[str, Any]) -> None:
    """Add devices before any is removed: Vault answers nobody while none can be written."""
    found = vault.ask("GET", "sys/audit")["data"]
    for device, options in wanted.items():
        if f"{device}/" not in found:
            vault.ask("PUT", f"sys/audit/{device}", options)
    for device in found:
        if device.rstrip("/") not in wanted:
            vault.ask("DELETE", f"sys/audit/{device.rstrip('/')}")


if __name__ == "__main__":
    main()

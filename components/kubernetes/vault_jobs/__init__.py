"""What runs beside Vault in its namespace: it is initialised, configured, saved and copied by these programs.

They use the standard library alone, and run in a cluster from a ConfigMap, as `python3 -m vault_jobs.<program> <file>`;
the file is what stacks/platform and components/kubernetes/vault.py say.
"""

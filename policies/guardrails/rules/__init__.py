"""The rules, a package for each cloud, for both and for Kubernetes, and a module for each family of services."""

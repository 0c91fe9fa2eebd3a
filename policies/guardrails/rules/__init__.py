"""The rules, a package for each cloud and a module for each family of services."""

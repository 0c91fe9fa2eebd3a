"""What the rules on a contract between two clouds have in common."""

CONTRACT = ("multicloud:crosscloud:Contract",)

SIDES = ("primary", "standby")
"""The contract's inventories, by the input that holds each."""

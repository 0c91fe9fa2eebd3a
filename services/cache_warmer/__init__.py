"""Fills the standby's cache from the primary's: each run ends with the keys, values and expiries of the primary.

ElastiCache lets no other server replicate from it, so keys are read and written one by one. A run may be stopped
anywhere and started again, since to copy a key twice is to copy it once.
"""

"""Writes DynamoDB's changes into Bigtable, as Pub/Sub pushes them: each item ends as its newest change left it.

Changes arrive late, twice and out of order. Each row keeps the time of the change that it shows, in microseconds, and
a change is written only if it is newer; a deleted item leaves its time behind, so that no late change brings it back.
"""

"""The failover: moves the service from the primary region to the standby, and back, one checked step after another.

    python -m failover plan       what would happen, who may do it, how long it takes and what would be lost
    python -m failover status     whether the standby is ready; exit 1 with the reasons if it is not
    python -m failover run        the failover itself; run again to resume it
    python -m failover back       the way back, once the primary is whole
    python -m failover abandon    give a failover up, as long as nothing was promoted
    python -m failover rehearse   the failover on copies, moving nobody

It needs Python, the standby's cloud and nothing of the primary's. Names come from two objects that the stacks `dr` and
`interconnect` leave in the bucket of records; the progress of a run is an object there too, so that whoever is on call
can take it over. docs/failover.md is the page for that person.
"""

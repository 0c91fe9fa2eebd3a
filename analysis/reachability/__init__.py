"""Whether a connection between the clouds has a path: every hop that it passes, there and back.

network = Network([prod, dr, interconnect])
network.walk(End(dms), End(aurora, groups), 5432).gap  # "": there is a path
"""

from analysis.reachability.hops import End, Hop, Walk
from analysis.reachability.walk import Network

__all__ = ["End", "Hop", "Network", "Walk"]

"""How good the core is, found by running it: simulated cases with exact truth, real recordings, peers.

`stridesense validate` makes the page of accuracy from here. Contact begins and ends at 5 % of the peak
vertical load, as everywhere.
"""

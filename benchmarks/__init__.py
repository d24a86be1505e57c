"""Times and memory of siting beside its peers, in the same run, with equal results asserted."""

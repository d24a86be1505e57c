"""Published runs, later: found again, compared, explained, verified, cleared away."""

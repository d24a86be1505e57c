"""Scores: indices and fitted models of favourability, with how far each can be trusted."""

"""Changes that must not change an answer, and changes whose effect is known beforehand."""

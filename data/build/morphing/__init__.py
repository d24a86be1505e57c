"""Judges what morphing makes of series: whole stations are left out and made again."""

"""The one door: every file that is read or written passes through here."""

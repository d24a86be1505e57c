"""What the command line shows: progress, tables, errors, lists, the state of the installation."""

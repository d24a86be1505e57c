"""Writers: what a finished run leaves behind, one writer for each kind of file."""

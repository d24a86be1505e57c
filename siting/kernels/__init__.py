"""Arrays in, arrays out: what several stages share, free of xarray and of files."""

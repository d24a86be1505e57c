"""Arrays in, arrays out: what several stages share, free of xarray and of files."""

from siting.kernels.compiled import keep_compiled_apart

keep_compiled_apart()

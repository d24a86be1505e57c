"""ZIP archives of the same bytes for the same files."""

import io
import zipfile

_DATE = (1980, 1, 1, 0, 0, 0)  # the first that ZIP can write


def zipped(files: dict[str, bytes]) -> bytes:
    """A ZIP archive of files by name: sorted, without times.

    Examples
    --------
    >>> zipped({"b": b"2", "a": b"1"}) == zipped({"a": b"1", "b": b"2"})
    True
    """
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in sorted(files):
            entry = zipfile.ZipInfo(name, date_time=_DATE)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, files[name])
    return buffer.getvalue()

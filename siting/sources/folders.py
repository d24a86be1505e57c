"""Where the data and pipelines lie that siting brings along, and files that it does not."""

from pathlib import Path

from siting.store.files import user_folder


def cache_root() -> Path:
    """Folder of files that are not embedded: ``$SITING_CACHE``, or one in the user's cache.

    Raises
    ------
    StorageError
        HOME_UNKNOWN, where neither says a place.
    """
    return user_folder("SITING_CACHE", "data")


def data_root() -> Path:
    """Folder of the embedded data: inside the installed package, or beside it in a clone."""
    packaged = Path(__file__).parents[1] / "_data"
    return packaged if packaged.is_dir() else Path(__file__).parents[2] / "data"


def pipelines_root() -> Path:
    """Folder of the pipelines that siting brings along."""
    packaged = Path(__file__).parents[1] / "_pipelines"
    return packaged if packaged.is_dir() else Path(__file__).parents[2] / "pipelines"


def find_pipeline(name: str) -> Path:
    """Path of a pipeline file, or of the pipeline of that name that siting brings along."""
    path = Path(name)
    bundled = pipelines_root() / f"{name}.yaml"
    return bundled if not path.exists() and path.name == name and bundled.exists() else path

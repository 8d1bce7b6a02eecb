"""Writes requirements.in into the wheel's metadata, so that run-time dependencies are listed once."""

from pathlib import Path

from hatchling.metadata.plugin.interface import MetadataHookInterface


class Requirements(MetadataHookInterface):
    def update(self, metadata: dict) -> None:
        lines = Path(self.root, "requirements.in").read_text(encoding="utf-8").splitlines()
        named = [line for line in map(str.strip, lines) if line and not line.startswith("#")]
        metadata["dependencies"] = named

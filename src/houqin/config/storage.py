"""Static files: what the bundler named by its hash is neither renamed nor rewritten (stack.md, pitfall 1)."""

from collections.abc import Iterator
from typing import Any

from whitenoise.compress import Compressor
from whitenoise.storage import CompressedManifestStaticFilesStorage

READY = "dist/assets/"


class Storage(CompressedManifestStaticFilesStorage):
    def hashed_name(self, name: str, content: Any = None, filename: str | None = None) -> str:
        return name if name.startswith(READY) else super().hashed_name(name, content, filename)

    def stored_name(self, name: str) -> str:
        return name if name.startswith(READY) else super().stored_name(name)

    def post_process(self, paths: dict[str, Any], dry_run: bool = False, **options: Any) -> Iterator[Any]:
        rest = {name: path for name, path in paths.items() if not name.startswith(READY)}
        yield from super().post_process(rest, dry_run, **options)

    def create_compressor(self, **options: Any) -> Compressor:
        return Compressor(use_brotli=False, **options)

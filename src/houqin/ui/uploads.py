"""Files on their way in: counted while they come, written to the data volume, refused with a sentence."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import TemporaryFileUploadHandler

from houqin.kernel.attachments import store
from houqin.kernel.attachments.actions import LARGEST_DOCUMENT
from houqin.kernel.errors import NoRoom, Refused

LARGEST_REQUEST = 40 * 1024 * 1024  # security.md 5.5
TOO_LARGE = "“{name}”太大，没有保存。照片最多 10 MB，文件最多 20 MB，一次一共最多 40 MB。"


class RefusedFile(UploadedFile):
    """Stands in the form in place of a file that was not taken; whoever reads it gets the refusal."""

    def __init__(self, name: str, size: int, refusal: Refused):
        super().__init__(file=None, name=name, size=size)
        self.refusal = refusal

    def read(self, *args: Any) -> bytes:
        raise self.refusal

    def seek(self, *args: Any) -> int:
        return 0

    def chunks(self, chunk_size: int | None = None) -> Any:
        """Nothing came; for who only looks at the bytes (the door's fingerprint). Who reads is refused."""
        return iter(())

    def close(self) -> None:
        """There is nothing to close."""


class QuotaUploadHandler(TemporaryFileUploadHandler):
    """Bytes are counted per file and per request, whatever the headers said; below 1 GB free none is taken.

    A file that is cut off leaves nothing behind; in the form stands a `RefusedFile`.
    """

    came = 0
    refusal: Refused | None = None

    def new_file(self, field_name: str, file_name: str, *args: Any, **kwargs: Any) -> None:
        self.refusal = _no_room()
        self.length = 0
        Path(settings.FILE_UPLOAD_TEMP_DIR).mkdir(mode=0o750, parents=True, exist_ok=True)
        if self.refusal is None:
            super().new_file(field_name, file_name, *args, **kwargs)
        else:
            self.field_name, self.file_name = field_name, file_name

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes | None:
        self.length += len(raw_data)
        self.came += len(raw_data)
        if self.refusal is None and (self.length > LARGEST_DOCUMENT or self.came > LARGEST_REQUEST):
            self._refuse(Refused(TOO_LARGE.format(name=self.file_name)))
        if self.refusal is None:
            try:
                super().receive_data_chunk(raw_data, start)
            except OSError:
                self._refuse(NoRoom("服务器的磁盘写不进去，文件没有保存。过一会儿再交，还不行就告诉管理员。"))
        return None

    def file_complete(self, file_size: int) -> UploadedFile | None:
        if self.refusal is None:
            return super().file_complete(file_size)
        return RefusedFile(self.file_name or "附件", self.length, self.refusal)

    def _refuse(self, refusal: Refused) -> None:
        self.refusal = refusal
        self.file.close()  # a temporary file is gone when it is closed


def _no_room() -> Refused | None:
    try:
        store.need_room()
    except NoRoom as refusal:
        return refusal
    return None

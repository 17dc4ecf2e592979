"""Archives: what is in them comes out, however they were meant."""

from __future__ import annotations

import io
import tarfile
import zipfile
from pathlib import Path

import pytest

from schemas.errors import DamagedFile, TooLarge
from service.archives import unpack
from service.settings import MIB, Settings, read_settings
from service.sniff import sniff


def settings(**values: object) -> Settings:
    return read_settings({}).model_copy(update=values)


def zipped(members: dict[str, bytes], path: Path) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return path


def inside(folder: Path) -> Path:
    made = folder / "in"
    made.mkdir()
    return made


def test_members_come_out_and_none_leads_elsewhere(tmp_path: Path) -> None:
    names = ["a.pdf", "../../up.pdf", "/etc/abs.pdf", "目录/表.pdf", "__MACOSX/a.pdf", ".DS_Store"]
    path = zipped({name: name.encode() for name in names}, tmp_path / "a.zip")
    folder = inside(tmp_path)
    found = list(unpack(path, "zip", folder, settings()))
    assert [member.name for member in found] == names[:4]
    for member in found:
        assert member.path is not None
        assert member.path.parent == folder
        assert member.path.read_bytes() == member.name.encode()


@pytest.mark.parametrize("mode", ["w", "w:gz", "w:xz"])
def test_a_tar_gives_its_regular_files_only(tmp_path: Path, mode: str) -> None:
    path = tmp_path / "a.tar"
    with tarfile.open(path, mode) as archive:  # type: ignore[call-overload]
        info = tarfile.TarInfo("a.pdf")
        info.size = 3
        archive.addfile(info, io.BytesIO(b"abc"))
        link = tarfile.TarInfo("link.pdf")
        link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
        archive.addfile(link)
    (member,) = unpack(path, "tar", inside(tmp_path), settings())
    assert (member.name, member.size) == ("a.pdf", 3)


def test_a_bomb_is_cut_off_where_the_limit_is(tmp_path: Path) -> None:
    path = zipped({f"{n}.pdf": bytes(2 * MIB) for n in range(5)}, tmp_path / "a.zip")
    folder = inside(tmp_path)
    with pytest.raises(TooLarge, match="CROSSFOOT_ARCHIVE_MIB"):
        list(unpack(path, "zip", folder, settings(archive_mib=5)))
    assert sum(file.stat().st_size for file in folder.iterdir()) <= 6 * MIB


def test_a_large_member_is_told_and_the_others_come_out(tmp_path: Path) -> None:
    path = zipped({"big.pdf": bytes(3 * MIB), "small.pdf": b"x"}, tmp_path / "a.zip")
    big, small = unpack(path, "zip", inside(tmp_path), settings(file_mib=2))
    assert big.path is None
    assert "CROSSFOOT_FILE_MIB" in (big.trouble or "")
    assert small.path is not None


def test_too_many_members_are_refused(tmp_path: Path) -> None:
    path = zipped({f"{n}": b"" for n in range(9)}, tmp_path / "a.zip")
    with pytest.raises(TooLarge, match="CROSSFOOT_ARCHIVE_MEMBERS"):
        list(unpack(path, "zip", inside(tmp_path), settings(archive_members=8)))


def test_a_damaged_archive_is_named_so(tmp_path: Path) -> None:
    path = zipped({"a.pdf": bytes(range(256)) * 40}, tmp_path / "a.zip")
    path.write_bytes(path.read_bytes()[:-30])
    with pytest.raises(DamagedFile):
        list(unpack(path, "zip", inside(tmp_path), settings()))


@pytest.mark.parametrize(
    ("head", "kind"),
    [
        (b"\n\n%PDF-1.7", "pdf"),
        (b"PK\x03\x04", "zip"),
        (b"\x89PNG\r\n\x1a\n", "png"),
        (b"\xff\xd8\xff\xe0", "jpeg"),
        (b"MM\x00*", "tiff"),
        (b"<html>", None),
        (b"", None),
    ],
)
def test_a_file_is_what_its_first_bytes_say(tmp_path: Path, head: bytes, kind: str | None) -> None:
    path = tmp_path / "named.pdf"
    path.write_bytes(head)
    assert sniff(path) == kind


def test_a_way_of_packing_that_is_unknown_is_told(tmp_path: Path) -> None:
    path = zipped({"a.pdf": b"%PDF-1.7"}, tmp_path / "a.zip")
    packed = bytearray(path.read_bytes())
    packed[packed.rindex(b"PK\x01\x02") + 6] = 64  # the version that it takes to unpack it
    path.write_bytes(packed)
    with pytest.raises(DamagedFile, match="pack it again"):
        list(unpack(path, "zip", inside(tmp_path), settings()))


def test_a_member_that_lost_its_name_comes_out_under_its_number(tmp_path: Path) -> None:
    """Its first letter is a nought in the archive's directory, where names end."""
    path = zipped({"a.pdf": b"%PDF-1.7"}, tmp_path / "a.zip")
    packed = bytearray(path.read_bytes())
    packed[packed.index(b"PK\x01\x02") + 46] = 0
    path.write_bytes(packed)
    (found,) = unpack(path, "zip", inside(tmp_path), settings())
    assert found.name == "#1"
    assert found.trouble is None or "pack it again" in found.trouble

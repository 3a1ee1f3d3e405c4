"""``pilotline certificates``, and what ``pilotline doctor`` finds of them and of the security profile."""

import sqlite3
from pathlib import Path

import pytest

from pilotline.cli import doctor, doctor_access
from pilotline.drivers.certificate_store import FOLDER, CertificateStore
from pilotline.runtime.folder import DataFolder
from pilotline.station.keys import KeyStore
from pilotline.station.upkeep.store import MakeRequest, RequestMade, TakeChain
from support.pki import DAY, NOW, Authority, pem
from support.processes import pilotline

PASSWORD = "ab" * 16


def test_roots_are_added_listed_and_removed_while_the_station_rests(tmp_path: Path) -> None:
    """By file, and by how the fingerprint begins; one that runs is left alone."""
    root = tmp_path / "root.pem"
    root.write_text(Authority("Example Root").pem, encoding="ascii")
    data = ("--data", str(tmp_path / "station"))
    assert "None yet." in pilotline(tmp_path, "certificates", "list", *data).stdout
    added = pilotline(tmp_path, "certificates", "add", str(root), *data)
    begins = added.stdout.rstrip(".\n").rpartition(" ")[2]
    assert f"backend\t{begins}\t" in pilotline(tmp_path, "certificates", "list", *data).stdout
    running = DataFolder(tmp_path / "station")
    refused = pilotline(tmp_path, "certificates", "remove", begins, *data)
    assert refused.returncode != 0
    assert "is told by its backend" in refused.stderr
    del running


@pytest.mark.parametrize(("text", "said"), [("nonsense", "no certificate in PEM"), (None, "cannot be read")])
def test_a_file_that_is_no_root_is_refused_with_a_sentence(
    tmp_path: Path, text: str | None, said: str
) -> None:
    """And no trace of the interpreter."""
    file = tmp_path / "root.pem"
    if text is not None:
        file.write_text(text, encoding="ascii")
    done = pilotline(tmp_path, "certificates", "add", str(file), "--data", str(tmp_path / "station"))
    assert done.returncode != 0
    assert said in done.stderr.replace("\n", " ")
    assert "Traceback" not in done.stderr


def keys(**values: object) -> KeyStore:
    return KeyStore({}, values)  # type: ignore[arg-type]


def stored(folder: Path, *roots: Authority) -> CertificateStore:
    store = CertificateStore(folder / FOLDER)
    store.folder.mkdir(parents=True)
    for number, each in enumerate(roots):
        (store.folder / f"backend-{number}.pem").write_text(each.pem, encoding="ascii")
    return store


def test_the_doctor_says_what_the_profile_lacks(tmp_path: Path) -> None:
    """A password, wss://, a root: one after the other, until it is well."""
    set_ = keys(SecurityProfile=2)
    assert "needs a password" in doctor_access.profile(set_, tmp_path, "ws://x").found
    set_ = keys(SecurityProfile=2, AuthorizationKey=PASSWORD)
    assert "wss://" in doctor_access.profile(set_, tmp_path, "ws://x").found
    assert "root certificate" in doctor_access.profile(set_, tmp_path, "wss://x").found
    stored(tmp_path, Authority("Root"))
    found = doctor_access.profile(set_, tmp_path, "wss://x")
    assert (found.well, found.found) == (True, "2, over TLS, with the password")
    assert PASSWORD not in str(doctor_access.way(set_, tmp_path))


def test_the_doctor_says_which_certificate_runs_out(tmp_path: Path) -> None:
    """A month ahead, with what is to be done; the station's own too."""
    assert doctor_access.certificates(keys(), tmp_path).well
    root = Authority("Short", valid=(NOW - DAY, NOW + 9 * DAY))
    store = stored(tmp_path, root)
    made = store.make_request(MakeRequest("PL-1", "Test CPO"))
    assert isinstance(made, RequestMade)
    store.take_chain(TakeChain(pem(root.answer(made.csr, valid=(NOW - DAY, NOW + 5 * DAY))), "PL-1", None))
    found = doctor_access.certificates(keys(), tmp_path)
    assert not found.well
    assert "That of Short runs out on" in found.found
    assert "The station's own runs out on" in found.found
    assert "set CpoName" in found.found
    assert "once a day" in doctor_access.certificates(keys(CpoName="Test CPO"), tmp_path).found


def test_a_journal_that_is_none_is_a_finding(tmp_path: Path) -> None:
    """The doctor looks at a station that is not well."""
    (tmp_path / "journal.db").write_bytes(b"no journal" * 100)
    with pytest.raises(sqlite3.Error):
        doctor._keys("evnet-7kw-s", tmp_path)  # pyright: ignore[reportPrivateUsage]
    done = pilotline(tmp_path, "doctor", "--data", str(tmp_path))
    assert "security profile" in done.stdout
    assert "Traceback" not in done.stderr

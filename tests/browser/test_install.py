"""The page as an app: where the station's certificate is trusted, and a sentence where it is not."""

import re
import subprocess
from base64 import b64encode
from collections.abc import Generator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509 import load_pem_x509_certificate
from playwright.sync_api import Browser, Page, expect

from support.browser import PATIENCE_MS, PHONE, chromium
from support.processes import COMMAND, environment, read_until, started
from support.visitors import OPERATOR, PASSWORD

NAME = "box.example"
AT_HOME = f"--host-resolver-rules=MAP {NAME} 127.0.0.1"
"""What a browser at a name of the station's sees, without a name server."""
RUN = ("run", "--panel", "0", "--data", "data", "--panel-address", "127.0.0.1:0", "--panel-name", NAME)

pytestmark = pytest.mark.timeout(240)


@contextmanager
def named(home: Path) -> Generator[str]:
    """A station that other machines reach by https at its name; that address."""
    (home / "data").mkdir()
    add = [*COMMAND, "people", "add", OPERATOR, "--stdin", "--data", "data"]
    subprocess.run(add, cwd=home, env=environment(home), input=f"{PASSWORD}\n", text=True, check=True)
    with started(home, *RUN) as process:
        line = read_until(process.stdout, "From other machines: ", [])
        found = re.search(rf"https://{NAME}:\d+/", line)
        assert found
        read_until(process.stdout, "Its certificate, SHA-256: ", [])
        yield found[0]


def trusts(certificate: Path) -> str:
    """The flag by which this browser trusts the key of that certificate and of no other."""
    key = load_pem_x509_certificate(certificate.read_bytes()).public_key()
    spki = key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return f"--ignore-certificate-errors-spki-list={b64encode(sha256(spki).digest()).decode()}"


def visit(browser: Browser, address: str, **context: Any) -> Page:
    page = browser.new_context(viewport=PHONE, **context).new_page()  # pyright: ignore[reportArgumentType]
    page.goto(address)
    expect(page.get_by_test_id("install")).to_be_visible(timeout=PATIENCE_MS)
    return page


def test_where_the_certificate_is_not_trusted_the_page_says_so(tmp_path: Path) -> None:
    """Whoever went on past the browser's warning is told why there is no app, at the sign-in already."""
    with named(tmp_path) as address, chromium(AT_HOME) as browser:
        page = visit(browser, address, ignore_https_errors=True)
        install = page.get_by_test_id("install")
        expect(install).to_have_attribute("data-state", "untrusted", timeout=PATIENCE_MS)
        expect(install).to_contain_text("does not trust the station's certificate")


def test_where_the_certificate_is_trusted_the_page_can_be_installed(tmp_path: Path) -> None:
    """The browser has nothing against it; the offer is passed on, and where there is none, how to do it."""
    with named(tmp_path) as address:
        trust = trusts(tmp_path / "data" / "https.pem")
        with chromium(AT_HOME, trust) as browser:
            page = visit(browser, address)
            assert page.evaluate("navigator.serviceWorker.ready.then((each) => each.active !== null)")
            session = page.context.new_cdp_session(page)
            against = session.send("Page.getInstallabilityErrors")["installabilityErrors"]
            assert {each["errorId"] for each in against} <= {"in-incognito"}  # a test's browser keeps nothing
            expect(page.get_by_test_id("install")).to_have_attribute(
                "data-state", re.compile("by_hand|offered"), timeout=PATIENCE_MS
            )
            _offer(page)
            page.get_by_role("button", name="Install as an app").click()
            assert page.evaluate("window.asked")
            expect(page.get_by_test_id("install")).to_have_attribute("data-state", "by_hand")


def _offer(page: Page) -> None:
    """What a browser with a screen of its own does, and one without may not."""
    page.evaluate(
        """() => {
          const offer = new Event('beforeinstallprompt', { cancelable: true });
          offer.prompt = async () => { window.asked = true; };
          dispatchEvent(offer);
        }"""
    )

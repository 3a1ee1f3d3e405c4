"""What the README has to say, because somebody's safety hangs on it."""

import pytest

from support.places import ROOT


@pytest.mark.requirement("R-10")
@pytest.mark.parametrize(
    "sentence",
    [
        "Protective earth is not switched by this product.",
        "With `c_VoltageProtectionOffset` above 0 the station is no PEN device.",
    ],
)
def test_the_readme_says_what_protects_and_what_does_not(sentence: str) -> None:
    """Whoever builds one in reads it before he buys."""
    assert sentence in " ".join((ROOT / "README.md").read_text(encoding="utf-8").split())

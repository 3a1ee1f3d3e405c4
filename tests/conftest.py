"""The plugins every test runs with; what they do stands in ``tests/support``."""

from hypothesis import settings

# A deadline per example judges the machine, not the code: an example that never ends is pytest-timeout's.
settings.register_profile("pilotline", deadline=None)
settings.load_profile("pilotline")

pytest_plugins = ["pytester", "support.again", "support.requirements", "support.shared", "support.skips"]

"""The plugins every test runs with; what they do stands in ``tests/support``."""

pytest_plugins = ["pytester", "support.again", "support.requirements", "support.shared", "support.skips"]

"""The stateful test, its dice always the same. What it finds is not made small."""

from hypothesis import HealthCheck, Phase, settings
from hypothesis.internal.conjecture import providers
from hypothesis.stateful import run_state_machine_as_test

from machines.test_rtm_machine import SafetyModule

EXAMPLES = 30


class SteadyProvider(providers.HypothesisProvider):
    """Draws nothing but from its seed: figures that stand in the source elsewhere change no story."""

    def _maybe_draw_constant(self, *_: object, **__: object) -> None:
        return None


def find(_where: str, _begin: str) -> str | None:
    """None; raises the AssertionError of the first rule that is broken."""
    providers.AVAILABLE_PROVIDERS["steady"] = f"{__name__}.{SteadyProvider.__name__}"
    given = settings(
        max_examples=EXAMPLES,
        stateful_step_count=40,
        derandomize=True,
        database=None,
        deadline=None,
        backend="steady",
        phases=[Phase.generate],
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
    )
    run_state_machine_as_test(SafetyModule, settings=given)
    return None

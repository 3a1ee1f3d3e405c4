"""Charging profiles between OCPP's words and the station's: tenths and texts there, whole numbers here."""

from decimal import Decimal

from pilotline.station.events import CompositeRead
from pilotline.vocabulary.charging import Period, Profile, Schedule
from pilotline.wire.ocpp import v16
from pilotline.wire.ocpp.errors import TimeFormatError
from pilotline.wire.ocpp.parts import ChargingSchedulePeriod
from pilotline.wire.ocpp.times import seconds_of, text_of
from pilotline.wire.ocpp.words import AcceptStatus

_THOUSANDTHS = 1_000
_MOST = 10**9
"""A limit beyond 1 MA or 1 MW means no limit; as a number it is kept within bounds."""


def profile_of(said: v16.ChargingProfile) -> Profile | None:
    """A profile as the station keeps it; None where one of its times cannot be read."""
    try:
        return Profile(
            said.charging_profile_id,
            said.stack_level,
            said.charging_profile_purpose,
            said.charging_profile_kind,
            _schedule(said.charging_schedule),
            said.transaction_id,
            said.recurrency_kind,
            seconds_of(said.valid_from),
            seconds_of(said.valid_to),
        )
    except TimeFormatError:
        return None


def _schedule(said: v16.ChargingSchedule) -> Schedule:
    periods = tuple(
        Period(each.start_period, _thousandths(each.limit), each.number_phases)
        for each in said.charging_schedule_period
    )
    least = None if said.min_charging_rate is None else _thousandths(said.min_charging_rate)
    return Schedule(said.charging_rate_unit, periods, said.duration, seconds_of(said.start_schedule), least)


def _thousandths(value: float) -> int:
    """Exact for what a backend can have meant: 0.1 is 100, not a little more or less."""
    return int(max(-_MOST, min(_MOST, Decimal(str(value)) * _THOUSANDTHS)))


def composite_answer(read: CompositeRead) -> v16.GetCompositeScheduleAnswer:
    """§6.22: it starts now and reaches as far as was asked, if there are not too many periods."""
    periods = tuple(
        ChargingSchedulePeriod(start_s, limit / _THOUSANDTHS, read.phases) for start_s, limit in read.steps
    )
    start = text_of(read.start_s)
    schedule = v16.ChargingSchedule(
        charging_rate_unit=read.unit,
        charging_schedule_period=periods,
        duration=read.duration_s,
        start_schedule=start,
    )
    return v16.GetCompositeScheduleAnswer(AcceptStatus.ACCEPTED, read.connector, start, schedule)

"""Facts and reports as OCPP 1.6 messages. Pure translation, no state."""

from datetime import UTC, datetime, timedelta

from pilotline.station.clock import WallClock
from pilotline.station.events import StatusReport
from pilotline.station.status import status_report
from pilotline.vocabulary.faults import OURS
from pilotline.vocabulary.journal import Ended, Metered, MeterSample, SampledValue, Started, Tampered
from pilotline.vocabulary.status import TagInfo
from pilotline.wire.ocpp import parts, v16, words
from pilotline.wire.ocpp.errors import TimeFormatError
from pilotline.wire.ocpp.times import format_time, parse_time

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def status_notification(report: StatusReport, clock: WallClock) -> v16.StatusNotification:
    moment = clock.stamp(report.at)  # by the latest word: nobody compares it with a repeat
    return _notification(report, format_time(clock.utc(moment)) if clock.known else None)


def _notification(report: StatusReport, time: str | None) -> v16.StatusNotification:
    return v16.StatusNotification(
        connector_id=report.connector,
        error_code=report.error,
        status=report.status,
        info=report.info[:50] if report.info else None,
        timestamp=time,
        vendor_id=report.vendor_id,
        vendor_error_code=report.vendor_error,
    )


def tampering(fact: Tampered, clock: WallClock) -> v16.StatusNotification:
    """An opened cover, with the time of its opening, whenever it is told (E-21)."""
    report = status_report(fact.connector, fact.status, fact.faults & ~OURS, fact.stamp.at)
    return _notification(report, format_time(clock.utc(fact.stamp)))


def tag_info(info: v16.IdTagInfo) -> TagInfo:
    """What the backend says of a tag; an expiry date that is no time is none."""
    expiry_us = time_us(info.expiry_date) if info.expiry_date else None
    return TagInfo(info.status, expiry_us, info.parent_id_tag)


def time_us(text: str) -> int | None:
    """A peer's time in µs since 1970; None for a text that is none."""
    try:
        return (parse_time(text) - _EPOCH) // timedelta(microseconds=1)
    except TimeFormatError:
        return None


def start_transaction(fact: Started, clock: WallClock) -> v16.StartTransaction:
    time = format_time(clock.utc(fact.stamp))
    return v16.StartTransaction(
        connector_id=fact.connector,
        id_tag=fact.tag,
        meter_start=fact.meter_start_wh,
        timestamp=time,
        reservation_id=fact.reservation,
    )


def meter_values(fact: Metered, transaction: int, clock: WallClock) -> v16.MeterValues:
    return v16.MeterValues(
        connector_id=fact.connector,
        meter_value=(meter_value(fact.sample, clock),),
        transaction_id=transaction,
    )


def stop_transaction(fact: Ended, transaction: int, clock: WallClock) -> v16.StopTransaction:
    time = format_time(clock.utc(fact.stamp))
    data = tuple(meter_value(sample, clock) for sample in fact.data) or None
    return v16.StopTransaction(
        meter_stop=fact.meter_stop_wh,
        timestamp=time,
        transaction_id=transaction,
        id_tag=fact.tag,
        reason=fact.reason,
        transaction_data=data,
    )


def meter_value(sample: MeterSample, clock: WallClock) -> v16.MeterValue:
    context = words.Context(sample.context.value)
    values = tuple(_sampled_value(value, context) for value in sample.values)
    return v16.MeterValue(format_time(clock.utc(sample.stamp)), values)


def _sampled_value(value: SampledValue, context: words.Context) -> parts.SampledValue:
    return parts.SampledValue(
        value=value.value,
        context=context,
        measurand=words.Measurand(value.measurand),
        phase=words.Phase(value.phase) if value.phase else None,
        location=words.Location(value.location) if value.location else None,
        unit=words.Unit(value.unit) if value.unit else None,
    )

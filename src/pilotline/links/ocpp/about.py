"""What a station does with each action of OCPP 1.6, in sentences: the text of the reference page.

One row an action of :data:`pilotline.wire.ocpp.v16.ACTIONS`. A test holds the rows to that table, and their
words to the answers' own.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class About:
    """``asked``: what the backend's call does; ``words``: its answers, and when. ``told``: when ours goes."""

    asked: str = ""
    words: Mapping[str, str] = field(default_factory=dict[str, str])
    told: str = ""


ABOUT: Mapping[str, About] = {
    "Authorize": About(
        told="When a card or a remote start is not decided by what is known. No answer in time is decided "
        "as offline: by the cache, then by `AllowOfflineTxForUnknownId`.",
    ),
    "BootNotification": About(
        told="First on every connection. Accepted: the interval becomes `HeartbeatInterval` and the time "
        "sets the clock. Pending or Rejected: again after the interval, over a new connection too, and a "
        "day at most. No interval or no answer: again after 30 s, doubling up to 10 minutes, each up to a "
        "fifth longer.",
    ),
    "ChangeAvailability": About(
        "Puts a connector, or with 0 the station, in or out of service; it outlives a restart. The "
        "station's word overwrites no connector's own.",
        {
            "Accepted": "it is so at once",
            "Scheduled": "a session runs; after its end straight to Unavailable",
            "Rejected": "there is no such connector",
        },
    ),
    "ChangeConfiguration": About(
        "Sets a [key](configuration-keys.md) and keeps it.",
        {
            "Accepted": "it is in force",
            "RebootRequired": "it is taken, and in force after a restart",
            "Rejected": "the key can only be read, the value is not one of its kind, or a backend may not "
            "set it",
            "NotSupported": "there is no such key",
        },
    ),
    "ClearCache": About(
        "Forgets what the backend said of cards, and nothing else.",
        {
            "Accepted": "the cache is empty",
            "Rejected": "`AuthorizationCacheEnabled` is false",
        },
    ),
    "DataTransfer": About(
        "Vendor `Pilotline`, message `CompensateRcdOffset`, data the connector's number (1 if left out): "
        "the offset of the leakage monitor is measured and kept.",
        {
            "Accepted": "it is measured",
            "Rejected": "a car is plugged in, the station is busy with it, or the monitor is beyond measure",
            "UnknownMessageId": "another message of ours",
            "UnknownVendorId": "another vendor's",
        },
    ),
    "GetConfiguration": About(
        "Tells the named keys, in any case of letters, or all when none is named.",
        {
            "CALLERROR OccurenceConstraintViolation": "more are named than `GetConfigurationMaxKeys`",
        },
    ),
    "Heartbeat": About(
        told="After `HeartbeatInterval` seconds without a call of ours; the answer sets the clock, if it "
        "says a year from 2020 to 2199.",
    ),
    "MeterValues": About(
        told="In a session every `MeterValueSampleInterval` seconds and on the clock every "
        "`ClockAlignedDataInterval`, after the answer to its start; each is kept until it is answered. "
        "When triggered: at once, and not kept.",
    ),
    "RemoteStartTransaction": About(
        "Starts for a tag; where no connector is named, one with a car goes before one without. The "
        "backend is asked about the tag first if `AuthorizeRemoteTxRequests`. Without a plug it waits "
        "`ConnectionTimeOut`.",
        {
            "Accepted": "it begins, or waits for the plug",
            "Rejected": "no connector is free for it, 0 is named, its profile is no TxProfile, or we are "
            "not registered",
        },
    ),
    "RemoteStopTransaction": About(
        "Ends the session of that number, with reason `Remote`.",
        {
            "Accepted": "it ends",
            "Rejected": "no such session runs, or we are not registered",
        },
    ),
    "Reset": About(
        "Ends all sessions with reason `SoftReset` or `HardReset`, tells them if the line allows, and "
        "restarts: soft the software, hard its processor too. One that does not come about is tried again "
        "`ResetRetries` times.",
        {
            "Accepted": "always",
        },
    ),
    "StartTransaction": About(
        told="When a session begins, once that is on the disk; charging does not wait for the answer. "
        "Kept, in order, until it is answered; a repeat is the same word for word, under a new message "
        "id.",
    ),
    "StatusNotification": About(
        told="When a status has changed and lasted `MinimumStatusDuration`; offline changes are not told "
        "later, the present one is after every registration. `VendorID1`: who limits the current "
        "([limits](limits.md)); `VendorID2` and `Pilotline`: the mask of all faults "
        "([faults](faults.md)); `VendorID3`: why the station started.",
    ),
    "StopTransaction": About(
        told="When a session has ended, once that is on the disk, and before the status that follows it. "
        "Kept as its start is; `transactionData` holds what `StopTxnSampledData` and `StopTxnAlignedData` "
        "name.",
    ),
    "TriggerMessage": About(
        "Sends BootNotification, Heartbeat, StatusNotification or MeterValues after its answer; no "
        "connector is all of them.",
        {
            "Accepted": "it comes next, in turns with what else waits",
            "Rejected": "there is no such connector, 16 already wait, or we are not yet Pending or Accepted",
            "NotImplemented": "the message comes with a later part",
        },
    ),
    "UnlockConnector": About(
        "Ends the session with reason `UnlockCommand` and lets the plug go; answered when the lock has "
        "moved.",
        {
            "Unlocked": "it is open",
            "UnlockFailed": "it did not open within 15 s, or the lock is broken",
            "NotSupported": "a fixed cable, a lock that is switched off, or no such connector",
        },
    ),
}

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
    "CancelReservation": About(
        "Ends the reservation of this id.",
        {
            "Accepted": "it is no more",
            "Rejected": "there is none of this id",
        },
    ),
    "CertificateSigned": About(
        "Takes the station's own certificate, which SignCertificate asked for, with what leads to its root.",
        {
            "Accepted": "it is checked, kept, and shown at the next connection",
            "Rejected": "it is not of the station's key, leads to no installed root, or is not valid now",
        },
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
    "ClearChargingProfile": About(
        "Takes out the profile of this id; without one, all of what is named, level 0 and connector 0 too; "
        "with nothing named, every one.",
        {
            "Accepted": "they are gone, from the disk too",
            "Unknown": "there was none",
        },
    ),
    "DataTransfer": About(
        "Serves the messages [below](#datatransfer).",
        {
            "Accepted": "it is done",
            "Rejected": "it cannot be done, as the message's row says",
            "UnknownMessageId": "another message of ours",
            "UnknownVendorId": "another vendor's",
        },
        told="As the messages [below](#datatransfer) say. What is not taken is not kept.",
    ),
    "DeleteCertificate": About(
        "Takes a root certificate out of the store.",
        {
            "Accepted": "it is gone",
            "Failed": "it is the one the line to the backend stands on",
            "NotFound": "there is none with these hashes",
        },
    ),
    "DiagnosticsStatusNotification": About(
        told="When an upload that GetDiagnostics asked for begins and ends. Kept, in order, each once.",
    ),
    "ExtendedTriggerMessage": About(
        "As TriggerMessage; FirmwareStatusNotification is the signed one, LogStatusNotification that of "
        "GetLog. SignChargePointCertificate makes a key and sends SignCertificate, while Pending too.",
        {
            "Accepted": "it comes next, in turns with what else waits",
            "Rejected": "as with TriggerMessage, or no request can be made now",
            "NotImplemented": "the model does not have what it tells of",
        },
    ),
    "FirmwareStatusNotification": About(
        told="At every step of an update that UpdateFirmware asked for. Kept, in order, each once, over a "
        "restart too.",
    ),
    "GetCompositeSchedule": About(
        "What may be drawn from now on: the least of profiles, the station's own maximum and a supply that "
        "connectors share. Without a session, of one that would begin now. Connector 0 is all connectors "
        "together. A schedule of more than 1000 periods is cut short, and its duration says so.",
        {
            "Accepted": "with the schedule, in the unit asked for or the first allowed one",
            "Rejected": "no such connector, a unit that is not allowed, no duration, or no time known",
        },
    ),
    "GetConfiguration": About(
        "Tells the named keys, in any case of letters, or all when none is named.",
        {
            "CALLERROR OccurenceConstraintViolation": "more are named than `GetConfigurationMaxKeys`",
        },
    ),
    "GetDiagnostics": About(
        "Uploads the station's logs, settings without secrets, snapshot and counters, as `.tar.gz`, under "
        "the name in its answer. No name: there is nothing to upload.",
        {
            "CALLERROR PropertyConstraintViolation": "a time that cannot be read",
        },
    ),
    "GetInstalledCertificateIds": About(
        "Names the root certificates of a use by their hashes.",
        {
            "Accepted": "these are there",
            "NotFound": "there is none",
        },
    ),
    "GetLocalListVersion": About(
        "Tells the version of the local list: 0 of an empty one; -1 where there is none, because "
        "`LocalAuthListEnabled` is false or `LocalAuthListMaxLength` 0.",
        {
            "CALLERROR NotSupported": "the model does not have local lists at all",
        },
    ),
    "GetLog": About(
        "Uploads the diagnostics as GetDiagnostics does, or the security log alone.",
        {
            "Accepted": "it will be uploaded under this name",
            "AcceptedCanceled": "it will, and the upload that was under way has been given up",
            "Rejected": "there is nothing to upload, or no such way to upload it",
            "CALLERROR PropertyConstraintViolation": "a time that cannot be read",
        },
    ),
    "Heartbeat": About(
        told="After `HeartbeatInterval` seconds without a call of ours; the answer sets the clock, if it "
        "says a year from 2020 to 2199.",
    ),
    "InstallCertificate": About(
        "Keeps a root certificate: of the backend, or of a maker of firmware.",
        {
            "Accepted": "it is kept",
            "Failed": "it cannot be read, or the disk does not take it",
            "Rejected": "it is no root, not valid now, or the store is full",
        },
    ),
    "LogStatusNotification": About(
        told="When an upload that GetLog asked for begins and ends, and why not, with its `requestId`. Kept, "
        "in order, each once.",
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
    "ReserveNow": About(
        "Keeps a connector for a tag, and for the cards of its group; with connector 0 one of those that are "
        "free, whichever. All others are refused there, from afar too; what is listed or cached tells a "
        "card's group, else the backend is asked. A car alone leaves it Reserved. It ends with the start of "
        "a session, which carries its id, with its time, and when the connector is Faulted or Unavailable; "
        "it outlives a restart. The same id replaces.",
        {
            "Accepted": "it is kept",
            "Occupied": "a car, a card or another reservation is there, or what is free is promised",
            "Faulted": "the connector is, or all are",
            "Unavailable": "it is out of service",
            "Rejected": "no such connector, no time to come, or `ReserveConnectorZeroSupported` is false",
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
    "SecurityEventNotification": About(
        told="When something critical to security has happened: the whitepaper's table says what is. Kept, "
        "in order, each once, with its time; while 100 notices wait no more are noted for the backend, but "
        "they stand in the security log.",
    ),
    "SendLocalList": About(
        "Replaces the local list, or changes it: an entry without `idTagInfo` leaves it then. It counts, and "
        "is answered, when it is on the disk. What it names goes before the cache; where the backend says "
        "otherwise later, StatusNotification tells `LocalListConflict` of connector 0.",
        {
            "Accepted": "it is of the new version",
            "Failed": "a tag is named twice, or the whole list has one without `idTagInfo`; more than "
            "`SendLocalListMaxLength` are named or than `LocalAuthListMaxLength` would be kept; or its "
            "version is not 1 to 2147483647 (0 is for an empty one). Nothing of it is taken",
            "VersionMismatch": "a change whose version is not above that of the list",
            "NotSupported": "`LocalAuthListEnabled` is false, or `LocalAuthListMaxLength` 0",
        },
    ),
    "SetChargingProfile": About(
        "Installs a profile and keeps it; it replaces the one of its id, and the one of its purpose and "
        "level there. A TxProfile goes with its session. A connector's own default goes before the "
        "station's of the same level. W becomes A by the nominal voltage and all wired phases.",
        {
            "Accepted": "it counts from now on",
            "Rejected": "it breaks a rule of OCPP 1.6 §3.13, a bound among the keys, or names a session that "
            "does not run",
            "NotSupported": "never: a model without profiles refuses the call",
        },
    ),
    "SignCertificate": About(
        told="When it was triggered, and before the station's own certificate ends. Accepted: the answer "
        "comes as CertificateSigned.",
    ),
    "SignedFirmwareStatusNotification": About(
        told="At every step of an update that SignedUpdateFirmware asked for, with its `requestId`. Kept, in "
        "order, each once, over a restart too.",
    ),
    "SignedUpdateFirmware": About(
        "Updates as UpdateFirmware does, with what the certificate has signed.",
        {
            "Accepted": "it will be tried when its time comes",
            "AcceptedCanceled": "it will, and the update that was under way has been given up",
            "Rejected": "an update is too far to be given up",
            "InvalidCertificate": "the certificate leads to no installed root of a maker",
            "RevokedCertificate": "the certificate has been withdrawn",
            "CALLERROR PropertyConstraintViolation": "a time that cannot be read",
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
        "Sends BootNotification, Heartbeat, StatusNotification or MeterValues after its answer, and "
        "FirmwareStatusNotification or DiagnosticsStatusNotification as it stands; no connector is all of "
        "them.",
        {
            "Accepted": "it comes next, in turns with what else waits",
            "Rejected": "there is no such connector, 16 already wait, or we are not yet Pending or Accepted",
            "NotImplemented": "the model does not have what it tells of",
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
    "UpdateFirmware": About(
        "Fetches a firmware when its time has come, over https from allowed hosts only, installs it when no "
        "session runs, and goes back to the old one if it does not become well. The answer says nothing: how "
        "it goes is told by FirmwareStatusNotification.",
        {
            "CALLERROR PropertyConstraintViolation": "a time that cannot be read",
        },
    ),
}

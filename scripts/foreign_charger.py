"""EcoG's charger with a power side that a car can charge from: for the environment of scripts/interop_v2g.py.

The wheel `iso15118` comes with a stub in place of a power side: 40 V and no other, and 1 V at the output
whatever is asked. No car could close its contactors there, so this one gives the voltage and the current that
the car asks for. All that is said on the wire is the wheel's own code; its JVM is warmed first, because a car
waits 250 ms for an answer in the charge loop and a cold one needs longer.
"""

import asyncio
import json
from importlib import import_module
from typing import Any

SIMULATOR: Any = import_module("iso15118.secc.controller.simulator")
SECC: Any = import_module("iso15118.secc")
SETTINGS: Any = import_module("iso15118.secc.secc_settings")
CODEC: Any = import_module("iso15118.shared.exificient_exi_codec")
STATUS: Any = import_module("iso15118.secc.controller.interface").ServiceStatus
Stub: Any = SIMULATOR.SimEVSEController

LIMITS = {
    "evse_maximum_power_limit": 60_000,
    "evse_maximum_current_limit": 150,
    "evse_maximum_voltage_limit": 920,
    "evse_minimum_current_limit": 1,
    "evse_minimum_voltage_limit": 150,
}
"""In W, A and V."""


class Supplying(Stub):
    """The stub with an output."""

    async def send_charging_command(
        self, ev_target_voltage: float | None, ev_target_current: float | None, *_: Any, **__: Any
    ) -> None:
        self.evse_data_context.present_voltage = int(ev_target_voltage or 0)
        self.evse_data_context.present_current = min(int(ev_target_current or 0), 150)

    async def stop_charger(self) -> None:
        self.evse_data_context.present_voltage = self.evse_data_context.present_current = 0

    async def get_dc_charge_parameters(self) -> Any:
        said: Any = await Stub.get_dc_charge_parameters(self)
        for name, value in LIMITS.items():
            quantity = getattr(said, name)
            exponent = 1 if value > 32_767 else 0
            quantity.multiplier, quantity.value = exponent, value // 10**exponent
        return said


# --- warming ----------------------------------------------------------------------------------------

ROUNDS = 25


def quantity(value: int, unit: str) -> dict[str, object]:
    """A PhysicalValue of either protocol."""
    return {"Value": value, "Multiplier": 0, "Unit": unit}


QUESTION = {
    "DC_EVStatus": {"EVReady": True, "EVErrorCode": "NO_ERROR", "EVRESSSOC": 50},
    "EVTargetCurrent": quantity(100, "A"),
    "BulkChargingComplete": False,
    "ChargingComplete": False,
    "EVTargetVoltage": quantity(400, "V"),
}
ANSWER = {
    "ResponseCode": "OK",
    "DC_EVSEStatus": {
        "NotificationMaxDelay": 0,
        "EVSENotification": "None",
        "EVSEIsolationStatus": "Valid",
        "EVSEStatusCode": "EVSE_Ready",
    },
    "EVSEPresentVoltage": quantity(400, "V"),
    "EVSEPresentCurrent": quantity(100, "A"),
    "EVSECurrentLimitAchieved": False,
    "EVSEVoltageLimitAchieved": False,
    "EVSEPowerLimitAchieved": False,
}
OF_ISO_2 = {"EVSEID": "ZZ00000", "SAScheduleTupleID": 1, "ReceiptRequired": False}
WARMING = {
    "urn:din:70121:2012:MsgDef": (QUESTION, ANSWER),
    "urn:iso:15118:2:2013:MsgDef": (QUESTION, ANSWER | OF_ISO_2),
}


def warm(codec: Any) -> None:
    """The charge loop's two messages in both protocols, read and written until the JVM has compiled them."""
    for uri, bodies in WARMING.items():
        for name, body in zip(("CurrentDemandReq", "CurrentDemandRes"), bodies, strict=True):
            text = {"V2G_Message": {"Header": {"SessionID": "0102030405060708"}, "Body": {name: body}}}
            for _ in range(ROUNDS):
                codec.decode(codec.encode(json.dumps(text), uri), uri)


async def main() -> None:
    """As the wheel's own program does it."""
    config = SETTINGS.Config()
    config.load_envs()
    controller, codec = Supplying(), CODEC.ExificientEXICodec()
    warm(codec)
    await controller.set_status(STATUS.STARTING)
    handler = SECC.SECCHandler(exi_codec=codec, evse_controller=controller, config=config)
    await handler.start(config.iface)


asyncio.run(main())

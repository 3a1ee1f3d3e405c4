# Something that is no car: the relay never closes, the fault is named, unplugging clears it.
wait ocpp_status=Available
misbehave name=no_diode
plug_in
wait ocpp_status=Preparing
present_tag tag=04A1B2C3D4E5F6
wait ocpp_status=Faulted
after 2s
misbehave name=no_diode active=false
unplug
wait ocpp_status=Available
plug_in
wait ocpp_status=Preparing
present_tag tag=04A1B2C3D4E5F6
wait ocpp_status=Charging
after 10s
unplug
wait ocpp_status=Available

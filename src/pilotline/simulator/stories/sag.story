# The evening peak pulls the voltage down: charging is suspended and goes on by itself.
wait ocpp_status=Available
plug_in
wait ocpp_status=Preparing
present_tag tag=04A1B2C3D4E5F6
wait ocpp_status=Charging
after 10m
world voltage_v=212           # low, and still good
after 2m
wait ocpp_status=Charging
world voltage_v=198
wait ocpp_status=SuspendedEVSE relay=false
after 3m
world voltage_v=228
wait ocpp_status=Charging timeout_s=120
after 10m
unplug
wait ocpp_status=Available

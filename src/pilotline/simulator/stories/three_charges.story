# A day with three charges: the day that the benchmark measures.
wait ocpp_status=Available
after 7h
plug_in
wait ocpp_status=Preparing
present_tag tag=04A1B2C3D4E5F6
wait ocpp_status=Charging
after 40m
unplug
wait ocpp_status=Available
after 5h
plug_in
wait ocpp_status=Preparing
present_tag tag=04A1B2C3D4E5F6
wait ocpp_status=Charging
after 40m
unplug
wait ocpp_status=Available
after 6h
plug_in
wait ocpp_status=Preparing
present_tag tag=04A1B2C3D4E5F6
wait ocpp_status=Charging
after 40m
unplug
wait ocpp_status=Available
after 4h

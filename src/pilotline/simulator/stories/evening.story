# A card, a car, half an hour of charging, and away.
after 3s
wait ocpp_status=Available
plug_in
wait ocpp_status=Preparing
after 2s
present_tag tag=04A1B2C3D4E5F6
wait ocpp_status=Charging
after 30m
unplug
wait ocpp_status=Available

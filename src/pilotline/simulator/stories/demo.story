# What `pilotline run --demo` plays again and again: a car comes, charges and leaves.
wait ocpp_status=Available timeout_s=120
after 3s
plug_in
wait ocpp_status=Preparing
after 3s
present_tag tag=04A1B2C3D4E5F6
wait ocpp_status=Charging
after 30s
unplug

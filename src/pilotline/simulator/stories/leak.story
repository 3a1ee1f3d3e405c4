# Current leaks to earth in the middle of a charge: it trips, and only unplugging ends it.
wait ocpp_status=Available
plug_in
wait ocpp_status=Preparing
present_tag tag=04A1B2C3D4E5F6
wait ocpp_status=Charging
after 5m
leak ac_ua=12000              # half of what must trip: nothing happens
after 1m
wait ocpp_status=Charging relay=true
inject fault=EVSE_FAULT_RCD
wait ocpp_status=Faulted relay=false
after 30s
inject fault=EVSE_FAULT_RCD active=false
after 30s
wait ocpp_status=Faulted      # the leak is gone; the fault is not
unplug
wait ocpp_status=Available
plug_in
wait ocpp_status=Preparing
present_tag tag=04A1B2C3D4E5F6
wait ocpp_status=Charging
after 5m
unplug
wait ocpp_status=Available

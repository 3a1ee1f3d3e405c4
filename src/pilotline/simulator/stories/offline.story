# A card while the backend is away: the session is reported when it is back.
wait connected=true
network up=false
plug_in
wait ocpp_status=Preparing
present_tag tag=04A1B2C3D4E5F6
wait ocpp_status=Charging
after 20m
present_tag tag=04A1B2C3D4E5F6
wait ocpp_status=Finishing
unplug
wait ocpp_status=Available
network up=true
wait queued=0

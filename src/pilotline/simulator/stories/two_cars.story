# Two cars at one supply: they share it, and who leaves gives the other all (--model master-plus-ac).
after 3s
wait ocpp_status=Available
wait connector=2 ocpp_status=Available
car phases=3 obc_ma=32000
car connector=2 phases=3 obc_ma=32000
plug_in
present_tag tag=04A1B2C3D4E5F6
wait ocpp_status=Charging
after 1m
plug_in connector=2
present_tag connector=2 tag=04F6E5D4C3B2A1
wait connector=2 ocpp_status=Charging
after 1m
wait offered_a=16.0
wait connector=2 offered_a=16.0
after 10m
unplug
wait connector=2 offered_a=32.0 timeout_s=60
wait ocpp_status=Available timeout_s=60
after 10m
unplug connector=2
wait connector=2 ocpp_status=Available timeout_s=60

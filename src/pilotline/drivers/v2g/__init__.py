"""Car and charger over IPv6: who is at the other end of the cable (SDP), and the one connection they have."""

"""OCPP 1.6J without I/O, both roles: :mod:`v16` is what is said, :mod:`rpc` is whose turn it is.

It is not the transport (:mod:`pilotline.drivers.ocpp_client`), and it knows nothing of a station: what
a message does is decided in :mod:`pilotline.links`.
"""

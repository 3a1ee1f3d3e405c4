"""The station's words in OCPP 1.6 and back."""

from pilotline.links.ocpp.link import OcppLink

__all__ = ["OcppLink"]

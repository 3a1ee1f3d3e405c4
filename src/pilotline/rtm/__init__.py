"""The real-time module (RTM): pilot, protections, relay. It has the last word (R-45 to R-50).

Pure: samples and host messages in, outputs and board messages out, time as an argument. It imports the
vocabulary and the standard library, nothing else; it runs in a process of its own or is the model for a
microcontroller's firmware.
"""

from pilotline.rtm.core import Rtm

__all__ = ["Rtm"]

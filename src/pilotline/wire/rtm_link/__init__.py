"""The link between the host and the safety module: binary frames over any byte stream.

:mod:`messages` is the definition (the reference page is drawn from it), :mod:`frames` makes bytes of it.
"""

from pilotline.wire.rtm_link.frames import Counters, Decoder, Encoder

__all__ = ["Counters", "Decoder", "Encoder"]

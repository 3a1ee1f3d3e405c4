"""The link between the host and the safety module: binary frames over any byte stream.

:mod:`messages` is the definition (the reference page is drawn from it), :mod:`frames` makes bytes of it.
The board reads with ``Decoder(HOST_TO_BOARD)``, the host with ``Decoder(BOARD_TO_HOST)``.
"""

from pilotline.wire.rtm_link.frames import Counters, Decoder, Encoder
from pilotline.wire.rtm_link.messages import BOARD_TO_HOST, HOST_TO_BOARD, UnencodableError

__all__ = ["BOARD_TO_HOST", "HOST_TO_BOARD", "Counters", "Decoder", "Encoder", "UnencodableError"]

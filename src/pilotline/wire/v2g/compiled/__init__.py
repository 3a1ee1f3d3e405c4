"""The quick codec: made of the messages by ``scripts/exi_codec.py``, never edited."""

"""What a car and a charger say to each other, DIN 70121 and ISO 15118-2: bytes and typed messages, no I/O."""

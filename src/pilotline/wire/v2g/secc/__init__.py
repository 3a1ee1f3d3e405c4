"""The charger's side of a charging conversation: DIN 70121 and ISO 15118-2, bytes in and bytes out."""

"""The car's side of a charging conversation, with the habits that real cars have."""

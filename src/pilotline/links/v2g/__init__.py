"""What car and charger said to each other: told to people, and asked again of our own charger."""

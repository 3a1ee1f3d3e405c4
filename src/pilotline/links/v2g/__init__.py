"""What car and charger said to each other, told to people."""

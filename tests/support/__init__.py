"""What tests share: pytest plugins, and the readers of the tables they judge by."""

"""What more than one stage uses."""

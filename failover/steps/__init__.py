"""The steps, one a file, and the orders in which they make a failover and the way back."""

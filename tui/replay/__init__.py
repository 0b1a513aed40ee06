"""A run that is over, played as if it were live. What plays is also the fake worker of the console's tests."""

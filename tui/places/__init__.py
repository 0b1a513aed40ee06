"""Where runs lie: on this machine, or on another one that the console watches."""

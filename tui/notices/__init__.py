"""What is told to the operator without being asked: decided here, shown and sent at the edges."""

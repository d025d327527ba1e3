"""What goes wrong around the workers costs time, and never a message; `make faults`."""

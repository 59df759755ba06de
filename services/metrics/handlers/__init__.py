"""What metrics does: record what was received, and answer what is asked. The store comes as an argument."""

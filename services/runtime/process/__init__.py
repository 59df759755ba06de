"""What a process is: how it is put together, run, watched and ended."""

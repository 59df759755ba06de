"""The `huiying` command line and the embedded mode: a private broker and all four services on one machine, no container needed."""

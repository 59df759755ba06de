"""How the processes of the embedded mode are started: forked from one that has loaded their code."""

"""回头看 in a browser: samples of concluded cases, drawn and worked through."""

"""How well int8 nets learn, against the same nets in float32: `make quality`."""

"""The sample titles: invented newspapers on loopback, polled when the embedded run is given no feeds."""

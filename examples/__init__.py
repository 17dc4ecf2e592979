"""Documents to try Crossfoot on, and the code that sets them in type and scans them."""

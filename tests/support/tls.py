"""One TLS context for all clients of a test process: each would make its own for 40 ms; none speaks TLS."""

import ssl

TLS = ssl.create_default_context()

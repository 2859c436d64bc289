"""Outside systems: each a port, a client speaking the real protocol, and a simulator behind the same protocol.

`brp` is the register of persons, `eherkenning` the means by which people of companies sign in, `eessi` what social
security institutions of Europe exchange documents by. A simulator runs as
its own process on loopback, shows what it received, can be told to fail, and refuses to start in production.
"""

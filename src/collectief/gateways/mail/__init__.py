"""Mail to people with an account: the port, the client that speaks SMTP, and a simulator that does too."""

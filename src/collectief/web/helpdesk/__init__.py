"""Helpdesk: what the insurer's own staff see of users, and do for who cannot get in (K05)."""

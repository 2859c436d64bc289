"""Participation in a group contract: enrol, terminate, re-enrol, transfer, change a reference."""

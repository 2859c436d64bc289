"""Nieuws at the insurer's office: what customers are told, planned, running and over (K03)."""

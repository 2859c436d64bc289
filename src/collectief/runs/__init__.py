"""The insurer's periodic work: seen beforehand, done in steps, taken up again where it was broken off (K04)."""

"""The trail: who saw or changed what, when and why (NEN 7513), written in the transaction of its cause (law 8)."""

"""Questions of customers about what they see, to the insurer's desks, and the answers (G14, U31)."""

"""Cases under review as documents: for staff."""

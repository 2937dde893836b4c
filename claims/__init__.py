"""The case: from photos and facts to an assessment and a decision."""

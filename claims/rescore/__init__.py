"""Historical cases, scored again: what they would cost with this model, these prices, these rules and this policy."""

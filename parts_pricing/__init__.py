"""Pure pricing: damages, a vehicle and a price table become lines, totals, a range and reasons."""

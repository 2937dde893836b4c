"""Price tables, rules and policies that ship with the product, and the data sets that training reads."""

"""What people see of an assessment: a table on a terminal, a page of its own, photos with boxes."""

"""What else has to be withheld so that no withheld cell follows from totals or other tables, and the proof of it."""

"""From signed files to decisions: the register, the ballots that count, the tally."""

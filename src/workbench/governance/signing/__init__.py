"""SSH signatures: who signed which bytes, verified without OpenSSH and checkable with it."""

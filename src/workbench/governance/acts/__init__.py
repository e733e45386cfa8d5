"""What members do: propose, vote, close, answer, approve minutes, request data. Each is a file and a signature."""

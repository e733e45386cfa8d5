"""What published cells tell of few people when they are added and subtracted, over everything ever published."""

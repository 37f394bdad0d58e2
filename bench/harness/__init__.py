"""What bench/engine.py is made of: programs to compare, what they are asked, and how that is told."""

"""What the pages of both sides share when they talk about a plan: forms read, sentences said.

Each side has addresses and a frame of its own; `Door` is what differs.
"""

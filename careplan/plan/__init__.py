"""What a plan is, its rules, its life and its comparison.

Standard library only; time and identity come in as arguments.
"""

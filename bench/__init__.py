"""Measures the budgets, each beside a floor in the same run. Never part of a test."""

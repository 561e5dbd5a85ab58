"""Whether visits were good and fair, counted: pure sums over rows that name nobody."""

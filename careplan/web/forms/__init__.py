"""Questions as data: what a page asks, how an answer is read, how it is shown again.
Never writes, never imports Flask.
"""

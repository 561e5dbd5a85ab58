"""A visit to an emergency department: going in, what happened there, and who it happened to.

Beside the plan and never in it: nothing here is signed, and nobody who treats the person sees what
they said of how they were treated.
"""

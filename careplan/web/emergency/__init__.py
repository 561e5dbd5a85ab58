"""The door for staff of an emergency department who sign in and have neither card nor link."""

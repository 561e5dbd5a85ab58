"""The seven invented people whose whole plans go through every part of the service."""

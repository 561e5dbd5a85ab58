"""The pages of somebody who helps another with their plan."""

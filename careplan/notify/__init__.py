"""How a neutral notice leaves the house: by SMTP, or by GOV.UK Notify with its own client."""

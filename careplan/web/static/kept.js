// Somebody signed out by time, in pain, need not look for a password: their phone keeps a copy.
if (await vault.read()) document.querySelector("[data-kept]").hidden = false;

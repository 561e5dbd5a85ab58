// Keeps the screen lit while a plan is held out, and loads it anew when it comes back into view much later.
const STALE = 120000;
let shown = Date.now();

async function stayLit() {
  try {
    await navigator.wakeLock?.request("screen");
  } catch {
    // A low battery may refuse; the page is read all the same.
  }
}

document.addEventListener("visibilitychange", () => {
  if (document.visibilityState !== "visible") return;
  stayLit();
  // A plan may have been stopped meanwhile; without a network the page stays as it is.
  if (navigator.onLine && Date.now() - shown > STALE) location.reload();
});
addEventListener("pageshow", () => { shown = Date.now(); });
stayLit();

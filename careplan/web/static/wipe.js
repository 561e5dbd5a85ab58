// After signing out: whatever this browser kept of us goes, also where it does not heed the
// answer's own request to forget. It says so only once it has looked.

const line = document.querySelector("[data-wipe]");

async function wipe() {
  if (window.indexedDB) {
    await vault.erase();
    await taps.forget();
    await taps.erase();
  }
  if (window.caches) await Promise.all((await caches.keys()).map((name) => caches.delete(name)));
  if (!navigator.serviceWorker) return;
  const workers = await navigator.serviceWorker.getRegistrations();
  await Promise.all(workers.map((one) => one.unregister()));
}

async function nothingLeft() {
  const names = window.caches ? await caches.keys() : [];
  return names.length === 0 && (await vault.read()) === null && (await taps.read()) === null;
}

try {
  await wipe();
  line.textContent = (await nothingLeft()) ? line.dataset.wordsDone : line.dataset.wordsFailed;
} catch {
  line.textContent = line.dataset.wordsFailed;
}

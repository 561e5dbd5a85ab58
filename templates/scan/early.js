// On a slow network the first question goes out while most of this page is still on its way.

let early = {};

// The reply to what was asked early, once, if that is the very same question.
function takeEarly(visit, answer) {
  const { url, reply } = early;
  early = {};
  return answer === undefined && url === visit.url ? reply : undefined;
}

if (window.crypto && crypto.subtle) {
  try {
    const link = readLink(location.hash);
    early = { url: link.url, reply: askManifest(link, {}) };
    // Whoever takes the reply is told of a failure; nobody else needs to hear of it.
    early.reply.catch(() => {});
  } catch {
    early = {};
  }
}

// Beside the installed page: it keeps nothing of the station. Where the station does not answer, it says just that.
const SENTENCES = {
  en: "No connection to the station. Trying again…",
  de: "Keine Verbindung zur Station. Neuer Versuch …",
  it: "Nessuna connessione alla stazione. Nuovo tentativo…",
};

function shell() {
  const language = navigator.language.slice(0, 2) in SENTENCES ? navigator.language.slice(0, 2) : "en";
  const text = `<!doctype html><html lang="${language}"><meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <meta name="color-scheme" content="light dark"><meta http-equiv="refresh" content="4">
    <title>Pilotline</title>
    <style>body{display:grid;place-content:center;min-height:90vh;margin:1rem;font:1.125rem system-ui,sans-serif;text-align:center}</style>
    <p role="status">${SENTENCES[language]}</p></html>`;
  return new Response(text, { status: 503, headers: { "content-type": "text/html; charset=utf-8" } });
}

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));
self.addEventListener("fetch", (event) => {
  if (event.request.mode === "navigate") event.respondWith(fetch(event.request).catch(shell));
});

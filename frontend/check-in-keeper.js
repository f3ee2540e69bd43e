/**
 * Lets the check-in page of an event be loaded again without a connection. It stands between that page and the network
 * and sees no other page. It keeps a copy that names nobody who takes part, and what the page is built of; the
 * network comes first, and whoever may not see the page any more loses the copy.
 */
const NAME = "quad-check-in";
const BUILT = "/static/";

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));
self.addEventListener("message", (event) => event.waitUntil(keep(event.data)));
self.addEventListener("fetch", (event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  if (request.method !== "GET" || origin !== self.location.origin) return;
  if (request.mode === "navigate") event.respondWith(page(request, pathname));
  else if (pathname.startsWith(BUILT)) event.respondWith(built(request));
});

/** Keeps the copy of a page and the files it was built of; those of an earlier build go. */
async function keep({ page: place, copy, files }) {
  const cache = await caches.open(NAME);
  const answer = await fetch(copy, { credentials: "same-origin", redirect: "manual" }).catch(() => null);
  if (!answer?.ok) return;
  await cache.put(place, answer);
  const wanted = new Set(files);
  for (const { url } of await cache.keys()) {
    if (new URL(url).pathname.startsWith(BUILT) && !wanted.has(url)) await cache.delete(url);
  }
  await Promise.allSettled(files.map(async (file) => (await cache.match(file)) ?? cache.add(file)));
  const [client] = await self.clients.matchAll({ type: "window" });
  client?.postMessage({ kept: place });
}

async function page(request, place) {
  const cache = await caches.open(NAME);
  try {
    const answer = await fetch(request);
    if (!answer.ok && answer.status < 500) await cache.delete(place);
    return answer;
  } catch {
    return (await cache.match(place)) ?? Response.error();
  }
}

/** Files of a build never change under their name. */
async function built(request) {
  return (await caches.match(request.url)) ?? fetch(request);
}

// Keeps the page at the door and its files for the hours without a network, each version by itself. SHELL says which.
// It never touches what is sent or the queue, which lies in IndexedDB: a new version finds it as the old one left it.
"use strict";

const PREFIX = `ncm-door ${SHELL.page} `,
  CACHE = PREFIX + SHELL.version;

// Read anew from the portal. The header says that this copy is kept: a message for the moment has no place in it.
const fresh = (address) =>
  new Request(address, { cache: "reload", credentials: "same-origin", headers: { "Door-Keeps": "yes" } });

self.addEventListener("install", (event) => {
  event.waitUntil(
    (async () => {
      const cache = await caches.open(CACHE);
      const page = await fetch(fresh(SHELL.page), { redirect: "error" });
      if (!page.ok) throw new Error(`The page came with ${page.status}.`);
      await cache.put(SHELL.page, page);
      await cache.addAll(SHELL.files);
      await self.skipWaiting();
    })(),
  );
});

self.addEventListener("activate", (event) => {
  event.waitUntil(
    (async () => {
      const old = (await caches.keys()).filter((name) => name.startsWith(PREFIX) && name !== CACHE);
      await Promise.all(old.map((name) => caches.delete(name)));
      await self.clients.claim();
    })(),
  );
});

self.addEventListener("fetch", (event) => {
  const { request } = event,
    { pathname, search, origin } = new URL(request.url);
  if (request.method !== "GET" || origin !== self.location.origin) return;
  const isPage = request.mode === "navigate" && pathname === SHELL.page && !search;
  if (!isPage && !SHELL.files.includes(pathname)) return;
  event.respondWith(
    (async () => {
      const cache = await caches.open(CACHE);
      return (await cache.match(isPage ? SHELL.page : pathname)) ?? fetch(request);
    })(),
  );
});

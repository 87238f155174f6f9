// The worker: serves a visit's pages where there is no signal, and sends what is left when the browser wakes it.
// The server puts before it: BUILD (the folder of static/), SHELL (files of every page), OWN (what to add to an address for
// the language of this phone), and, for browsers that can, engine (the outbox).
//
// The one rule: a new version never disturbs an open visit. It waits until no visit page is open, or until the shopper
// asks for it; packs are caches that it does not touch.

const STATIC = `static-${BUILD}`;
const PAGES = ['/phone', '/cover']; // hold nothing of anybody: what they show comes from the phone
const PATIENCE = 2500; // ms that a page waits for the server when the phone has it too
const DEAD = 20000; // ms for which a server that did not answer is not waited for again

self.addEventListener('install', (e) => e.waitUntil(fill()));
self.addEventListener('activate', (e) => e.waitUntil(settleIn()));
self.addEventListener('fetch', (e) => {
  const url = new URL(e.request.url);
  if (e.request.method !== 'GET' || url.origin !== location.origin) return;
  if (url.pathname.startsWith('/static/')) e.respondWith(asset(e.request, url));
  else if (e.request.mode === 'navigate') e.respondWith(page(e.request, url));
});
self.addEventListener('message', (e) => {
  if (e.data === 'now') self.skipWaiting();
  if (e.data === 'when idle') e.waitUntil(whenIdle());
});
self.addEventListener('sync', (e) => e.waitUntil(sendUnseen()));

// fill keeps what every page needs. A file that cannot be had now is kept when it is first used.
async function fill() {
  const cache = await caches.open(STATIC);
  const one = (url) => fetch(url, { credentials: 'omit' }).then((r) => r.ok && !r.redirected && cache.put(url, r)).catch(() => {});
  await Promise.all([...SHELL, ...PAGES.map((page) => page + OWN)].map(one));
}

async function settleIn() {
  for (const name of await caches.keys()) if (name.startsWith('static-') && name !== STATIC) await caches.delete(name);
  await self.clients.claim();
}

// whenIdle takes over when no page of a visit is open anywhere.
async function whenIdle() {
  const open = await self.clients.matchAll({ type: 'window', includeUncontrolled: true });
  if (!open.some((c) => /^\/visits\/[^/]{36}/.test(new URL(c.url).pathname))) await self.skipWaiting();
}

const found = (path) => caches.match(path, { ignoreVary: true, ignoreSearch: true });

// asset answers from what is kept: under its hash a file never changes. Without signal any version is better than none.
async function asset(request, url) {
  const kept = await found(url.pathname);
  if (kept) return kept;
  try {
    const r = await fetch(request);
    if (r.ok && url.pathname.startsWith(`/static/${BUILD}/`)) (await caches.open(STATIC)).put(url.pathname, r.clone()).catch(() => {});
    return r;
  } catch (err) {
    const other = await found(url.pathname.replace(/^\/static\/[^/]+/, `/static/${BUILD}`));
    if (other) return other;
    throw err;
  }
}

let dead = 0; // when the server last did not answer

// page asks the server, for as long as the phone has nothing itself; then for a moment.
async function page(request, url) {
  const kept = await found(url.pathname);
  if (!kept) return fetch(request).catch((err) => elsewhere(url, err));
  const asked = ask(request).catch(() => null);
  if (Date.now() - dead < DEAD) return kept;
  const r = await Promise.race([asked, new Promise((resolve) => setTimeout(resolve, PATIENCE, null))]);
  if (!r) dead = Date.now();
  return r && r.status < 500 ? r : kept;
}

// ask gives the server's page, null when it would be the sign-in page: then the kept one serves, and says so.
async function ask(request) {
  const r = await fetch(request.url, { headers: { Accept: request.headers.get('Accept') || '*/*' }, credentials: 'same-origin', redirect: 'follow', cache: request.cache === 'reload' ? 'reload' : 'default' });
  dead = 0;
  if (!r.redirected) return r.status === 401 ? null : r;
  const to = new URL(r.url);
  return to.origin !== location.origin || to.pathname.startsWith('/sign-in') ? null : Response.redirect(r.url, 303);
}

// elsewhere leads from a page that the phone does not have to what it has.
async function elsewhere(url, err) {
  if (PAGES.includes(url.pathname) || !(await found('/phone'))) throw err;
  return Response.redirect('/phone', 302);
}

// sendUnseen sends when no page is open that does it. The browser tries again later while something is left.
async function sendUnseen() {
  const windows = await self.clients.matchAll({ type: 'window', includeUncontrolled: true });
  if (!self.engine || windows.some((c) => c.visibilityState === 'visible')) return;
  if ((await self.engine.drain()) !== null) throw new Error('something is left to send');
}

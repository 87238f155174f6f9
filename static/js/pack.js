// The pack: what makes a visit work without signal. Its form and keys go to the database, its pages and everything
// they need into a cache of its own, which nobody changes: a new pack is a new cache, and the old one goes when no
// report refers to it.
import { adopt, got, open, sha256, tell, unit } from './store.js';
import { alone, unpin } from './shelf.js';
import { call, Later } from './outbox.js';

const PATIENCE = 20000; // ms for one file

async function ask(url, options) {
  const stop = new AbortController();
  const late = setTimeout(() => stop.abort(), PATIENCE);
  try {
    return await fetch(url, { credentials: 'same-origin', signal: stop.signal, ...options });
  } finally {
    clearTimeout(late);
  }
}

// refresh brings in what stands on the server: the report, or null when there is no signal or no such visit.
export async function refresh(visit) {
  const before = await open(visit);
  const r = await ask(`/api/v1/visits/${visit}/pack`, { headers: { Accept: 'application/json' }, cache: 'no-store' }).catch(() => null);
  const pack = r && r.ok && !r.redirected ? await r.json().catch(() => null) : null;
  return pack && pack.visit ? { sub: await adopt(pack, before ? before.acked : 0), pack } : null;
}

// prepare fetches a visit's pack: 'ready' when it works without signal now, 'partly' when the answers can be kept but
// not every page is there, 'no' when nothing is.
export async function prepare(visit) {
  const fresh = await refresh(visit).catch(() => null);
  const sub = fresh ? fresh.sub : await open(visit);
  if (!sub || !sub.pack) return 'no';
  if (!fresh) return sub.cache && (await caches.has(sub.cache)) ? 'ready' : 'partly';
  await grant(sub);
  if (typeof caches === 'undefined' || !(await alone(() => keepPages(sub, fresh.pack), true))) return 'partly';
  await unpin();
  tell(sub.id, 'pack');
  return 'ready';
}

const DAYS = 24 * 3600e3;

// grant gets leave to send this visit's answers even after the session has ended.
async function grant(sub) {
  if (sub.grant && Date.parse(sub.until) - Date.now() > 2 * DAYS) return;
  const body = JSON.stringify({ device: sub.device });
  const r = await call({ ...sub, grant: '' }, 'POST', `/api/v1/visits/${sub.visit}/grant`, { body, headers: { 'Content-Type': 'application/json' } }).catch(() => ({}));
  if (r.status !== 200 && r.status !== 201) return;
  await unit('readwrite', async (s) => {
    const now = await got(s.subs.get(sub.id));
    if (now && r.data && r.data.grant) s.subs.put({ ...now, grant: r.data.grant, until: r.data.until });
  });
}

// keepPages puts the pages and what they need into the pack's cache and pins it; false when one of them cannot be had.
async function keepPages(sub, pack) {
  const name = `pack-${sha256(JSON.stringify([{ ...pack.visit, state: '' }, pack.checklist, pack.pages, pack.assets, import.meta.url]))}`;
  if (sub.cache === name && (await caches.has(name))) return true;
  const cache = await caches.open(name);
  const assets = new Set(pack.assets || []);
  try {
    await Promise.all(pack.pages.map((page) => keepPage(cache, page, assets)));
    await keepAssets(cache, assets);
  } catch {
    if (sub.cache !== name) await caches.delete(name);
    return false;
  }
  await unit('readwrite', async (s) => {
    const now = await got(s.subs.get(sub.id));
    if (now) s.subs.put({ ...now, cache: name });
  });
  return true;
}

async function keep(cache, url, r) {
  if (!r.ok || r.redirected) throw new Later();
  await cache.put(url, r.clone());
  return r.text();
}

// keepPage keeps a page as it is without answers, and notes the files that it names.
async function keepPage(cache, page, assets) {
  const html = await keep(cache, page, await ask(`${page}${page.includes('?') ? '&' : '?'}pack=1`, { cache: 'no-store' }));
  for (const [url] of html.matchAll(/\/static\/[^"'\s<>()#&]+/g)) assets.add(url);
}

// keepAssets keeps files and, of scripts, those that they import.
async function keepAssets(cache, assets) {
  for (const url of assets) {
    const text = await keep(cache, url, await ask(url));
    if (!url.endsWith('.js')) continue;
    for (const [, , path] of text.matchAll(/(from|import)\s*\(?\s*['"](\.\/[^'"]+)['"]/g)) assets.add(new URL(path, new URL(url, location.origin)).pathname);
  }
}

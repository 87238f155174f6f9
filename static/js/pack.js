// The pack: what makes a visit work without signal. Its form and keys go to the database, its pages and everything
// they need into a cache of its own, which nobody changes: a new pack is a new cache, and the old one goes when no
// report refers to it.
import { device, got, mine, open, owes, replay, sha256, tell, unit, uuid } from './store.js';
import { alone, unpin } from './shelf.js';
import { call, Later, nudge } from './outbox.js';

const WRITABLE = ['taken', 'in_progress', 'sent_back']; // states of a visit that is being filled in

// adopt makes the report of a visit from its pack, or refreshes it: what others answered meanwhile comes in, what this
// phone has not sent yet stays on top. known: up to which op the server surely knew this phone's log when it made the
// pack. The form itself never changes once there is an answer.
export async function adopt(pack, known) {
  mine({ user: pack.user });
  const id = await unit('readwrite', async (s) => {
    const all = (await got(s.subs.getAll())).filter((x) => x.visit === pack.visit.id && x.user === pack.user);
    const writable = WRITABLE.includes(pack.visit.state);
    const sub = all.find((x) => x.state !== 'received') || (!writable && all.pop()) || blank(pack, await device(s));
    if (sub.state === 'received') return sub.id;
    await renew(s, sub, pack, known);
    s.subs.put(sub);
    return sub.id;
  });
  tell(id, 'pack');
  return open(pack.visit.id);
}

const blank = (pack, device) => ({
  id: uuid(), visit: pack.visit.id, user: pack.user, device, checklist: pack.checklist, name: pack.visit.name, made: new Date().toISOString(),
  state: 'draft', stage: null, sealed: [], seq: 0, acked: 0, head: '', last: '', heads: new Map(), photos: new Map(), remote: [],
  grant: '', until: '', cache: '', receipts: [], problem: null, since: null,
});

async function renew(s, sub, pack, known = sub.acked) {
  const old = await got(s.kv.get(['pack', sub.id]));
  const form = old && sub.seq && old.checklist !== pack.checklist ? { ...old, visit: pack.visit, keys: pack.keys, opens: pack.opens } : pack;
  const ahead = pack.now ? Date.now() - Date.parse(pack.now) : 0; // this phone's clock, in ms
  s.kv.put({ ...form, ahead, fields: null }, ['pack', sub.id]);
  sub.checklist = form.checklist;
  sub.sealed = [...new Set([...sub.sealed, ...(pack.visit.stages_sealed || [])])];
  sub.visitState = pack.visit.state;
  sub.stale = false;
  sub.remote = (pack.photos || []).filter((p) => !sub.photos.has(p.id));
  sub.heads = new Map(Object.entries(pack.fields || {}).map(([f, list]) => [f, list.map((h) => ({ op: h.op, device: h.device, value: h.value, at: h.at }))]));
  if (pack.seq < Math.min(known, sub.acked)) sub.acked = 0; // the server was restored from a backup: it gets everything again
  await replay(s, sub, Math.min(known, sub.acked));
}

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
  if (!pack || !pack.visit) return null;
  const sub = await adopt(pack, before ? before.acked : 0);
  if (owes(sub)) nudge();
  return { sub, pack };
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

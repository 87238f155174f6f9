// Everything on this phone at once: what is there, and how it goes.
import { append, entry, everything, Fault, got, isTap, load, mine, owes, status, tell, unit, who, within } from './store.js';

// all lists what is on this phone: {mine: [status], others: how many visits of other people wait to be sent}.
export async function all() {
  const subs = await everything();
  const own = subs.filter((x) => x.user === who() && who() !== '');
  return { mine: await Promise.all(own.map((x) => status(x))), others: subs.filter((x) => !own.includes(x) && owes(x)).length };
}

// seal freezes a report, or one stage of it, to be sent; it goes when there is signal. A later put opens it again as
// long as it was not sent.
export async function seal(sub, stage = null) {
  await unit('readwrite', async (s) => {
    const now = mine(await load(s, sub.id));
    if (now.state === 'received') throw new Fault('sent', 'This visit was sent already.');
    if (!now.receipts.every((r) => r.head !== now.head) || !now.seq) await restate(s, now);
    s.subs.put({ ...(await load(s, sub.id)), state: 'sealed', stage, problem: null, since: now.since || new Date().toISOString() });
  });
  tell(sub.id, 'state');
}

// restate gives one answer again: a log that has not grown since its last receipt would get that receipt once more.
async function restate(s, sub) {
  for (const [field, [h]] of sub.heads) if (h && h.value !== null && !isTap(field)) return append(s, sub.id, entry(field, h.value));
  throw new Fault('gone', 'There is nothing to send yet.');
}

// forget deletes a report from this phone, whatever it holds: ask first.
export async function forget(sub) {
  await unit('readwrite', async (s) => {
    mine(await load(s, sub.id));
    await erase(s, sub.id);
    s.subs.delete(sub.id);
  });
  await unpin();
  tell(sub.id, 'gone');
}

// erase deletes what a report consists of, but not the record that it existed.
export async function erase(s, id) {
  s.ops.delete(within([id]));
  s.kv.delete(within(['s', id]));
  s.kv.delete(['pack', id]);
  for (const key of await got(s.photos.index('submission').getAllKeys(id))) s.photos.delete(key);
}

// wipe deletes everything of mine, for signing out with nothing unsent or after being told to.
export async function wipe() {
  for (const sub of await everything()) if (sub.user === who()) await forget(sub);
}

// lock leaves unsent reports to send themselves, and deletes the rest of mine: nobody else will see them, I will when
// I sign in again. The pages of their visits go too.
export async function lock() {
  for (const sub of await everything()) {
    if (sub.user !== who()) continue;
    if (!owes(sub)) await forget(sub);
    else await unit('readwrite', async (s) => { s.subs.put({ ...(await load(s, sub.id)), cache: '' }); });
  }
  await unpin();
}

// alone runs work while no other tab touches the packs; without waiting it gives up when one does.
export function alone(work, wait) {
  if (!navigator.locks) return work();
  return navigator.locks.request('packs', { ifAvailable: !wait }, (lock) => lock && work());
}

// unpin deletes the packs that no report refers to. While one is being made that is left for another time.
export async function unpin() {
  if (typeof caches === 'undefined') return;
  await alone(async () => {
    const pinned = (await everything()).map((x) => x.cache);
    for (const name of await caches.keys()) if (name.startsWith('pack-') && !pinned.includes(name)) await caches.delete(name);
  });
}

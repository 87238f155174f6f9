// What a page looks after once it is there: the worker, and order on the phone.
import { everything, got, owes, read, unit, who } from './store.js';
import { call, nudge, settle } from './outbox.js';
import { again, clear } from './receipt.js';
import { unpin } from './shelf.js';

// update gives a way to start the version that is waiting; see outbox.js.
export async function update() {
  const found = navigator.serviceWorker && (await navigator.serviceWorker.getRegistration('/'));
  if (!found || !found.waiting || (await everything()).some(owes)) return null;
  return () => found.waiting.postMessage('now');
}

// keepWorker registers the worker; a browser without module workers gets the one that only keeps pages.
export async function keepWorker() {
  const sw = navigator.serviceWorker;
  if (!sw) return;
  const to = { scope: '/' };
  const found = await sw.register('/sw.js', { ...to, type: 'module' }).catch(() => sw.register('/sw.js?plain', to));
  if (found.waiting) found.waiting.postMessage('when idle');
}

const OLD = 15 * 60e3; // ms without a word from the server until a report asks what it has
const MONTH = 30 * 24 * 3600e3;

// tidy looks after what is on the phone: packs of another person go when somebody signs in, receipts after a month; and
// it asks whether the server still has what it had.
export async function tidy() {
  for (const sub of await everything()) {
    const other = who() && sub.user !== who();
    if (other && sub.cache) await unit('readwrite', async (s) => { s.subs.put({ ...(await got(s.subs.get(sub.id))), cache: '' }); });
    if (sub.state === 'received' && sub.receipts[sub.receipts.length - 1].verdict === 'unverifiable') await again(sub);
    if (sub.state === 'received') await clear(sub.id, MONTH);
    else if (!other && sub.seq && !owes(sub) && !(Date.now() - sub.heard < OLD)) await ask(sub);
  }
  await unpin();
}

async function ask(sub) {
  const r = await call(sub, 'GET', `/api/v1/submissions/${sub.id}`).catch(() => ({}));
  if (r.status === 200 && r.data && typeof r.data.acked === 'number') await settle(sub.id, r.data);
  if (owes(await read(sub.id))) nudge(0);
}

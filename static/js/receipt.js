// The receipt: the server's signed word that it has the whole report. Only a receipt that this phone has verified
// itself lets anything be deleted.
import { answered, got, tell, unit } from './store.js';
import { erase, unpin } from './shelf.js';
import { parts, Stop } from './outbox.js';

const bytesOf = (text) => Uint8Array.from(atob(text.replace(/-/g, '+').replace(/_/g, '/')), (c) => c.charCodeAt(0));

const LETTERS = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'; // Crockford's base32

// codeOf gives the code that belongs to a statement's bytes: "BKMM-GYJJ-YX9F".
async function codeOf(bytes) {
  const sum = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
  const bits = Array.from(sum, (b) => b.toString(2).padStart(8, '0')).join('');
  return bits.slice(0, 60).replace(/.{5}/g, (b) => LETTERS[parseInt(b, 2)]).replace(/(.{4})(.{4})(.{4})/, '$1-$2-$3');
}

// verify checks a receipt's signature, its code and that what it shows is what was signed: 'verified', 'false', or
// 'unverifiable' when the key is not known or this browser cannot tell.
export async function verify(receipt, keys) {
  let bytes, signature, statement;
  try {
    bytes = bytesOf(receipt.bytes);
    signature = bytesOf(receipt.sig);
    statement = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    return 'false';
  }
  if (receipt.code.replace(/-/g, '') !== (await codeOf(bytes)).replace(/-/g, '')) return 'false';
  const known = (keys || []).find((k) => k.id === statement.key);
  if (!known) return 'unverifiable';
  try {
    return (await signed(bytesOf(known.public), signature, bytes)) ? 'verified' : 'false';
  } catch {
    return 'unverifiable';
  }
}

// signed checks a signature with the browser's Ed25519, or with our own where it has none (before Chrome 137, Safari 17
// and Firefox 129).
async function signed(key, signature, bytes) {
  const name = { name: 'Ed25519' };
  const known = await crypto.subtle.importKey('raw', key, name, false, ['verify']).catch(() => null);
  if (known) return crypto.subtle.verify(name, known, signature, bytes);
  return (await parts.ed25519()).verify(key, signature, bytes);
}

// keysFor gives the pinned keys, or those that the server publishes when it has a new one since.
async function keysFor(sub, statement) {
  const pack = await unit('readonly', (s) => got(s.kv.get(['pack', sub.id])), 'default');
  const pinned = (pack && pack.keys) || [];
  if (pinned.some((k) => k.id === statement.key)) return pinned;
  const r = await fetch('/.well-known/plainclothes-receipts', { credentials: 'omit' }).catch(() => null);
  const published = r && r.ok ? await r.json().catch(() => ({})) : {};
  return [...pinned, ...(published.keys || [])];
}

// fits says whether a statement is about exactly what this phone sealed.
function fits(statement, sub) {
  const listed = new Map((statement.photos || []).map((p) => [p.id, p.sha256]));
  return statement.submission === sub.id && statement.visit === sub.visit && statement.head === sub.head && [...sub.photos.values()].every((p) => listed.get(p.id) === p.sha256);
}

const FALSE = 'The receipt does not fit what is on this phone. Nothing was deleted. Keep this phone and tell the people who sent you.';

// take takes in the receipt for a report as it was when it was sealed. It throws a Stop when the receipt is not true.
export async function take(sub, receipt) {
  let statement = null;
  try { statement = JSON.parse(new TextDecoder().decode(bytesOf(receipt.bytes))); } catch { /* stays null */ }
  const verdict = statement && fits(statement, sub) ? await verify(receipt, await keysFor(sub, statement)) : 'false';
  if (verdict === 'false') throw new Stop('receipt', FALSE, { code: receipt.code });
  await unit('readwrite', async (s) => {
    const now = await got(s.subs.get(sub.id));
    const kept = { code: receipt.code, bytes: receipt.bytes, sig: receipt.sig, key: statement.key, received: statement.received, stage: sub.stage, head: sub.head, verdict };
    const sealed = sub.stage ? [...new Set([...now.sealed, sub.stage])] : now.sealed;
    const whole = await complete(s, sub, sealed);
    const count = { answers: answered(now), photos: (statement.photos || []).length };
    const state = whole ? 'received' : now.state === 'sealed' && now.stage === sub.stage ? 'draft' : now.state;
    const since = now.acked < now.seq ? now.since : null;
    s.subs.put({ ...now, state, sealed, count, since, stage: null, problem: null, receipts: [...now.receipts, kept], ended: Date.now() });
  });
  await clear(sub.id);
  tell(sub.id, 'state');
}

// again checks once more a receipt that could not be checked when it came.
export async function again(sub) {
  const last = sub.receipts[sub.receipts.length - 1];
  const verdict = await verify(last, await keysFor(sub, JSON.parse(new TextDecoder().decode(bytesOf(last.bytes)))));
  if (verdict === 'unverifiable') return;
  await unit('readwrite', async (s) => {
    const now = await got(s.subs.get(sub.id));
    if (!now) return;
    now.receipts[now.receipts.length - 1].verdict = verdict;
    if (verdict === 'false') now.problem = { kind: 'receipt', message: FALSE, at: Date.now(), code: last.code };
    s.subs.put(now);
  });
  await clear(sub.id);
  tell(sub.id, 'state');
}

// complete says whether no stage is to come.
async function complete(s, sub, sealed) {
  const pack = await got(s.kv.get(['pack', sub.id]));
  return !sub.stage || ((pack && pack.stages) || []).every((stage) => sealed.includes(stage.id));
}

// clear deletes the answers and photos of a report with a verified receipt once nothing of it is unsent; the receipt
// stays, until it is older than keep milliseconds.
export async function clear(id, keep = Infinity) {
  const done = await unit('readwrite', async (s) => {
    const sub = await got(s.subs.get(id));
    if (!sub || sub.state !== 'received' || sub.acked < sub.seq || [...sub.photos.values()].some((p) => !p.done)) return false;
    if (sub.receipts[sub.receipts.length - 1].verdict !== 'verified') return false;
    if (Date.now() - sub.ended > keep) s.subs.delete(id);
    else if (sub.cleared) return false;
    else s.subs.put({ ...sub, heads: new Map(), photos: new Map(), remote: [], grant: '', cache: '', cleared: true });
    await erase(s, id);
    return true;
  });
  if (done) await unpin();
}

// What the phone keeps: every answer as one more operation of a log that only grows, in IndexedDB, before anything is
// sent. The log is the record; there is no separate autosave.
//
// The one rule: a promise of this file is kept at the transaction's oncomplete, never before, and nothing but the
// shopper or a verified receipt deletes an answer.
//
//   kv     'device', ['pack', submission] = form and keys, ['s', submission, field] = what is being typed
//   subs   one report of one visit on this phone, and the values that stand (heads)
//   ops    key [submission, seq]: the log, with the exact text (body) that its hash h is about
//   photos the bytes, as ArrayBuffer: WebKit fails with Blobs

const NAME = 'plainclothes';
const STORES = ['kv', 'subs', 'ops', 'photos'];
const PATIENCE = 8000; // ms for one transaction; a phone in a pocket may hang one for ever

// Fault is an error with a sentence for the shopper. kind: 'storage', 'full', 'other' (somebody else's), 'gone', 'sent', 'long'.
export class Fault extends Error {
  constructor(kind, message) {
    super(message);
    this.name = 'Fault';
    this.kind = kind;
  }
}

// --- the database: opened again whenever the browser has closed it under us

let opening = null;

function connect() {
  if (!opening) {
    const mine = (opening = openDatabase());
    mine.catch(() => opening === mine && (opening = null));
  }
  return opening;
}

function drop() {
  const old = opening;
  opening = null;
  if (old) old.then((db) => db.close(), () => {});
}

function openDatabase() {
  return new Promise((resolve, reject) => {
    setTimeout(() => reject(new DOMException('The storage does not answer.', 'TimeoutError')), PATIENCE);
    const r = indexedDB.open(NAME, 1);
    r.onupgradeneeded = () => {
      r.result.createObjectStore('kv');
      r.result.createObjectStore('subs', { keyPath: 'id' });
      r.result.createObjectStore('ops');
      r.result.createObjectStore('photos', { keyPath: 'id' }).createIndex('submission', 'submission');
    };
    r.onerror = () => reject(r.error);
    r.onsuccess = () => {
      r.result.onclose = r.result.onversionchange = drop;
      resolve(r.result);
    };
  });
}

// got waits for one request inside a transaction.
export const got = (r) => new Promise((resolve, reject) => {
  r.onsuccess = () => resolve(r.result);
  r.onerror = () => reject(r.error);
});

// attempt runs work in one transaction. onabort tells why, onerror does not yet.
function attempt(db, mode, durability, work) {
  return new Promise((resolve, reject) => {
    const tx = db.transaction(STORES, mode, { durability });
    let result, failed;
    const abort = (err) => {
      failed = err;
      try { tx.abort(); } catch { reject(err); } // ended already: there is no onabort to come
    };
    const late = setTimeout(() => abort(new DOMException('The storage does not answer.', 'TimeoutError')), PATIENCE);
    const end = (err) => { clearTimeout(late); err ? reject(err) : resolve(result); };
    tx.oncomplete = () => end(failed);
    tx.onabort = () => end(tx.error || failed || new DOMException('The storage was closed.', 'AbortError'));
    const s = Object.fromEntries(STORES.map((name) => [name, tx.objectStore(name)]));
    work(s).then((r) => {
      result = r;
      // Without being told to, a browser commits only after it has come back to the page, which may be gone by then.
      try { tx.commit(); } catch { /* on its way already */ }
    }, abort);
  });
}

const LOST = ['InvalidStateError', 'UnknownError', 'TimeoutError', 'AbortError'];

// unit runs work in one transaction over all stores, once more on a new connection when the old one was lost. work must
// wait for requests of that transaction only, and may run twice.
export async function unit(mode, work, durability = 'strict') {
  for (let again = false; ; again = true) {
    try {
      return await attempt(await connect(), mode, durability, work);
    } catch (err) {
      if (!LOST.includes(err.name)) throw kept(err);
      drop();
      if (again) throw kept(err);
    }
  }
}

// kept says in a sentence why something was not kept.
function kept(err) {
  if (err.name === 'QuotaExceededError') return new Fault('full', 'This phone is full. Nothing more can be kept; make some room and try again.');
  return err instanceof DOMException ? new Fault('storage', `Not saved. Tap to try again. (${err.name})`) : err;
}

// ready says whether this browser can keep answers: {ok: true}, or {ok: false, reason}. Where it cannot (Lockdown Mode,
// some private windows, no secure address), pages stay plain forms.
export async function ready() {
  try {
    if (!isSecureContext) return { ok: false, reason: 'This phone cannot keep answers without a secure address.' };
    await unit('readonly', (s) => got(s.kv.get('device')), 'default');
    return { ok: true };
  } catch {
    return { ok: false, reason: 'This phone cannot keep answers without signal.' };
  }
}

// --- who and when

// who is the signed-in person of this browser as a hash, '' when nobody is (or in the worker, which has no cookies).
export function who() {
  const m = typeof document !== 'undefined' && /(?:^|; )(?:__Host-)?plainclothes-who=([0-9a-f]+)/.exec(document.cookie);
  return m ? m[1] : '';
}

// mono is milliseconds of a clock that nobody sets, comparable between pages; it may stop while the phone sleeps.
export const mono = () => Math.round(performance.timeOrigin + performance.now());

// uuid makes a UUIDv7.
export function uuid() {
  const b = crypto.getRandomValues(new Uint8Array(16));
  for (let i = 0, t = Date.now(); i < 6; i++, t = Math.floor(t / 256)) b[5 - i] = t % 256;
  b[6] = (b[6] & 15) | 112;
  b[8] = (b[8] & 63) | 128;
  return hex(b).replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
}

export const hex = (bytes) => Array.from(new Uint8Array(bytes), (x) => x.toString(16).padStart(2, '0')).join('');

// device gives this browser's number, made when it is first asked for.
export async function device(s) {
  let id = await got(s.kv.get('device'));
  if (!id) s.kv.put((id = uuid()), 'device');
  return id;
}

// --- telling others: this page, other tabs, the worker

const listeners = new Set();
const channel = typeof BroadcastChannel === 'function' ? new BroadcastChannel(NAME) : null;
if (channel) channel.onmessage = (e) => hear({ ...e.data, far: true });
const hear = (change) => listeners.forEach((fn) => fn(change));

// on calls fn with {sub, what} after every change, here or in another tab. what: 'saved', 'sent', 'problem', 'state',
// 'pack', 'gone', 'lost' (something could not be kept: .message). It returns how to stop.
export function on(fn) {
  listeners.add(fn);
  return () => listeners.delete(fn);
}

export function tell(sub, what, more) {
  const change = { sub, what, ...more };
  hear(change);
  if (channel) channel.postMessage(change);
}

// --- reports

// mine refuses what belongs to another person: on a shared phone nobody reads or continues somebody else's report.
export function mine(sub) {
  if (!sub) throw new Fault('gone', 'This visit is no longer on this phone.');
  if (sub.user !== who()) throw new Fault('other', 'This visit is another person’s.');
  return sub;
}

export const load = async (s, id) => {
  const sub = await got(s.subs.get(id));
  if (!sub) throw new Fault('gone', 'This visit is no longer on this phone.');
  return sub;
};

// current is my report of a visit: the one being filled in, else the last that was sent.
async function current(s, visit) {
  const found = (await got(s.subs.getAll())).filter((x) => x.visit === visit && x.user === who());
  return found.find((x) => x.state !== 'received') || found.pop();
}

// open gives my report of a visit on this phone with its pack, null when there is none.
export function open(visit) {
  return unit('readonly', async (s) => {
    const sub = await current(s, visit);
    return sub ? { ...sub, pack: await got(s.kv.get(['pack', sub.id])) } : null;
  }, 'default');
}

// replay puts this phone's ops after a seq on top of the values that stand.
export async function replay(s, sub, after) {
  for (const op of await got(s.ops.getAll(IDBKeyRange.bound([sub.id, after], [sub.id, Infinity], true)))) stand(sub, op);
}

// stand lets an op's value stand: it replaces what it was based on and what this device said before; anything else
// stays beside it, as on the server.
function stand(sub, op) {
  const bases = [].concat(op.base);
  const others = (sub.heads.get(op.q) || []).filter((h) => h.device !== sub.device && !bases.includes(h.op));
  sub.heads.set(op.q, [...others, { op: op.id, device: sub.device, value: op.v, at: op.at, seq: op.seq }]);
}

// differ says whether two values stand beside each other; an empty one stands in nobody's way.
const differ = (heads) => new Set(heads.filter((h) => h.value !== null).map((h) => JSON.stringify(h.value))).size > 1;

export const isPhoto = (field) => field.startsWith('photo.');
export const isTap = (field) => field.startsWith('tap.');

// fields gives what stands in every field that has an op: Map(field -> {value (null: cleared), op, at, here: answered on
// this phone, sent, others: [{op, value, at, device}]}). others is not empty only when the field has two answers; to
// settle it put the right one with base = [op, ...others' ops]. Taps ('tap.NAME', value {at, mono}) are among them.
export async function fields(sub) {
  const { heads, acked, device } = mine(await read(sub));
  const out = new Map();
  for (const [field, list] of heads) {
    if (isPhoto(field)) continue;
    const h = list.find((x) => x.device === device && x.value !== null) || list.find((x) => x.value !== null) || list[0];
    if (!h) continue;
    const others = differ(list) ? list.filter((x) => x !== h && x.value !== null) : [];
    out.set(field, { value: h.value, op: h.op, at: h.at, here: h.device === device, sent: !(h.seq > acked), others });
  }
  return out;
}

// read gives the report as it stands now. sub is one, or its id.
export const read = (sub) => unit('readonly', (s) => got(s.subs.get(sub.id || sub)), 'default');

// --- what is typed, and the log

const typing = new Map(); // 'submission field' -> how often it was typed in, so that put removes only what it saw

// scratch keeps what stands in a field at this very moment, at every key. It resolves to whether it was kept. A page that
// has not opened its report yet gives {visit} instead: what is typed then is kept, too, when the report is on this phone.
export async function scratch(sub, field, text) {
  const key = `${sub.id} ${field}`;
  typing.set(key, (typing.get(key) || 0) + 1);
  try {
    await unit('readwrite', async (s) => { s.kv.put(text, ['s', sub.id || mine(await current(s, sub.visit)).id, field]); }, 'relaxed');
    return true;
  } catch (err) {
    if (sub.id) tell(sub.id, 'lost', { message: err.message });
    return false;
  }
}

// scratches gives what was typed and is not in the log yet: Map(field -> text).
export async function scratches(sub) {
  mine(sub);
  const range = within(['s', sub.id]);
  const [keys, texts] = await unit('readonly', (s) => Promise.all([got(s.kv.getAllKeys(range)), got(s.kv.getAll(range))]), 'default');
  return new Map(keys.map((k, i) => [k[2], texts[i]]));
}

// within is the range of all keys that begin with the given parts.
export const within = (parts) => IDBKeyRange.bound(parts, [...parts, []]);

// clean takes out of a value what no server may store: it would be refused for ever.
function clean(v) {
  const text = (t) => t.replace(/\r\n?/g, '\n').replace(/\p{Cs}/gu, '\ufffd').replace(/[\0-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufeff\ufffe\uffff\u2028\u2029]/g, '');
  return JSON.parse(JSON.stringify(v === undefined ? null : v, (_, x) => (typeof x === 'string' ? text(x) : x)));
}

const LONGEST = 10000; // characters of one answer, as on the server

// short refuses what the server would refuse for ever, and with it everything that is said later.
function short(v) {
  if (typeof v === 'string' && v.length > LONGEST && [...v].length > LONGEST) throw new Fault('long', `This is longer than ${LONGEST} characters. Shorten it.`);
  return v;
}

// entry is one op on its way into the log.
export const entry = (field, value, base) => ({ id: uuid(), q: field, v: short(clean(value)), base, at: new Date().toISOString(), mono: mono() });

// append adds an op to the log and lets its value stand, inside a transaction. Two tabs cannot take one seq: the second
// transaction waits for the first, and add would refuse it.
export async function append(s, id, op) {
  const sub = mine(await load(s, id));
  if (sub.last === op.id) return sub; // the connection was lost after the commit
  if (sub.state === 'received') throw new Fault('sent', 'This visit was sent. It cannot be changed any more.');
  const heads = sub.heads.get(op.q) || [];
  const base = op.base !== undefined ? op.base : basis(sub, heads);
  const body = JSON.stringify({ seq: sub.seq + 1, id: op.id, q: op.q, v: op.v, base, at: op.at, mono: op.mono });
  const done = { ...op, seq: sub.seq + 1, base, h: sha256(sub.head + body), body };
  s.ops.add(done, [id, done.seq]);
  stand(sub, done);
  Object.assign(sub, { seq: done.seq, head: done.h, last: op.id, state: 'draft', since: sub.since || op.at });
  s.subs.put(sub);
  return sub;
}

// basis gives the ops whose values a new one replaces unless the caller says: what stands alone. Of two answers that
// differ neither goes without being asked for, but this phone's own.
function basis(sub, heads) {
  const ids = (differ(heads) ? heads.filter((h) => h.device === sub.device) : heads).map((h) => h.op);
  return ids.length > 1 ? ids : ids[0] || null;
}

// put keeps an answer (null clears it): {seq, id} once it is on the phone for good. The same value again makes no op.
export async function put(sub, field, value, { base } = {}) {
  const op = entry(field, value, base && base.length === 1 ? base[0] : base);
  const key = `${sub.id} ${field}`;
  const typed = typing.get(key);
  const saved = await unit('readwrite', async (s) => {
    const now = mine(await load(s, sub.id));
    if (typing.get(key) === typed) s.kv.delete(['s', sub.id, field]);
    const heads = now.heads.get(field) || [];
    const same = base === undefined && heads.length < 2 && JSON.stringify(heads.length ? heads[0].value : null) === JSON.stringify(op.v);
    if (same) return { seq: now.seq, id: heads.length ? heads[0].op : '' };
    return { seq: (await append(s, sub.id, op)).seq, id: op.id };
  });
  persist();
  tell(sub.id, 'saved', { field });
  return saved;
}

// tap keeps the moment of a silent tap: {seq, id, value: {at, mono}}.
export async function tap(sub, timer) {
  const value = { at: new Date().toISOString(), mono: mono() };
  return { ...(await put(sub, `tap.${timer}`, value)), value };
}

let asked = false;

// persist asks the browser once not to clear this storage by itself.
function persist() {
  if (asked || typeof document === 'undefined' || !navigator.storage || !navigator.storage.persist) return;
  asked = true;
  navigator.storage.persist().catch(() => {});
}

// --- photos: here only what there is; photos.js makes and sends them

// photos lists the photos of a report, those of other phones too (here: false). url() resolves to an address to show;
// revoke a blob: address when it is no longer shown.
export async function photos(sub) {
  const now = mine(await read(sub));
  const kept = [...now.photos.values()].map((p) => ({ ...p, here: true, url: () => address(p.id) }));
  const other = now.remote.filter((p) => !gone(now, p.id)).map((p) => ({ ...p, q: p.question, here: false, url: async () => `/photos/${p.id}` }));
  return [...kept, ...other];
}

// gone says whether a photo was removed on this phone. now is what read gives.
export const gone = (now, id) => (now.heads.get(`photo.${id}`) || []).some((h) => h.device === now.device && h.value === null);

async function address(id) {
  const p = await unit('readonly', (s) => got(s.photos.get(id)), 'default');
  return p ? URL.createObjectURL(new Blob([p.bytes.slice(0)], { type: p.type })) : '';
}

// --- how things stand

const DAY = 24 * 3600e3;

// status says how a report stands. answers and photos count what is in the report; unsent what is only on this phone.
// problem: {kind: 'signin' | 'withdrawn' | 'refused' | 'missing' | 'conflict' | 'photo' | 'receipt', message, …} or null.
export async function status(sub) {
  const now = mine(await read(sub));
  return { ...summary(now), unsent: await unsent(now), conflicts: [...now.heads].filter(([f, h]) => !isPhoto(f) && !isTap(f) && differ(h)).map(([f]) => f) };
}

function summary(sub) {
  const photos = [...sub.photos.values()];
  const done = photos.filter((p) => p.done).length;
  return {
    id: sub.id, visit: sub.visit, name: sub.name, state: sub.state, visitState: sub.visitState, stage: sub.stage, sealed: sub.sealed, ops: sub.seq, acked: sub.acked,
    answers: sub.state === 'received' ? sub.count.answers : answered(sub), photos: sub.state === 'received' ? sub.count.photos : photos.length,
    photosDone: sub.state === 'received' ? sub.count.photos : done, bytes: photos.reduce((n, p) => n + p.size, 0),
    receipt: sub.receipts[sub.receipts.length - 1] || null, receipts: sub.receipts, problem: sub.problem, online: navigator.onLine !== false,
    since: sub.since, old: Boolean(sub.since) && Date.now() - Date.parse(sub.since) > 3 * DAY, ready: Boolean(sub.cache),
  };
}

// answered counts the answers that stand, without the words beside them.
export const answered = (sub) => [...sub.heads].filter(([f, h]) => !isPhoto(f) && !isTap(f) && !f.endsWith('.comment') && h.some((x) => x.value !== null)).length;

// owes says whether a report has something to send.
export const owes = (sub) => sub.acked < sub.seq || sub.state === 'sealed' || [...sub.photos.values()].some((p) => !p.done);

async function unsent(sub) {
  const ops = await unit('readonly', (s) => got(s.ops.getAll(IDBKeyRange.bound([sub.id, sub.acked], [sub.id, Infinity], true))), 'default');
  const names = new Set(ops.map((o) => o.q).filter((f) => !isPhoto(f) && !isTap(f)).map((f) => f.replace(/\.comment$/, '')));
  return { answers: names.size, photos: [...sub.photos.values()].filter((p) => !p.done).length };
}

export const everything = () => unit('readonly', (s) => got(s.subs.getAll()), 'default');

// --- what is for other pages

// What is not needed to fill in a section is in other files. adopt(pack) makes or refreshes a report from its pack;
// all() lists what is on this phone; seal(sub, stage) freezes a report to be sent; forget(sub) deletes it; wipe() and
// lock() are for signing out.
export const adopt = async (pack, known) => (await import('./pack.js')).adopt(pack, known);
const shelf = () => import('./shelf.js');
export const seal = async (sub, stage) => (await shelf()).seal(sub, stage);
export const all = async () => (await shelf()).all();
export const forget = async (sub) => (await shelf()).forget(sub);
export const wipe = async () => (await shelf()).wipe();
export const lock = async () => (await shelf()).lock();

// --- SHA-256 without waiting, so that an op is hashed inside its transaction

const ROUND = new Uint32Array(64);
const START = new Uint32Array(8);
for (let n = 2, i = 0; i < 64; n++) {
  let prime = true;
  for (let d = 2; d * d <= n; d++) if (n % d === 0) prime = false;
  if (!prime) continue;
  if (i < 8) START[i] = (Math.sqrt(n) % 1) * 2 ** 32;
  ROUND[i++] = (Math.cbrt(n) % 1) * 2 ** 32;
}

// sha256 gives the hash of a text as lower-case hex.
export function sha256(text) {
  const bytes = new TextEncoder().encode(text);
  const blocks = new DataView(new ArrayBuffer(((bytes.length + 72) >> 6) << 6));
  new Uint8Array(blocks.buffer).set(bytes);
  blocks.setUint8(bytes.length, 128);
  blocks.setUint32(blocks.byteLength - 8, Math.floor(bytes.length / 2 ** 29));
  blocks.setUint32(blocks.byteLength - 4, bytes.length << 3);
  const sum = START.slice();
  for (let at = 0; at < blocks.byteLength; at += 64) block(sum, blocks, at);
  return Array.from(sum, (x) => x.toString(16).padStart(8, '0')).join('');
}

function block(sum, view, at) {
  const turn = (x, n) => (x >>> n) | (x << (32 - n));
  const w = new Uint32Array(64);
  let [a, b, c, d, e, f, g, h] = sum;
  for (let i = 0; i < 64; i++) {
    w[i] = i < 16 ? view.getUint32(at + 4 * i)
      : w[i - 16] + w[i - 7] + (turn(w[i - 15], 7) ^ turn(w[i - 15], 18) ^ (w[i - 15] >>> 3)) + (turn(w[i - 2], 17) ^ turn(w[i - 2], 19) ^ (w[i - 2] >>> 10));
    const t = (h + (turn(e, 6) ^ turn(e, 11) ^ turn(e, 25)) + ((e & f) ^ (~e & g)) + ROUND[i] + w[i]) | 0;
    const u = ((turn(a, 2) ^ turn(a, 13) ^ turn(a, 22)) + ((a & b) ^ (a & c) ^ (b & c))) | 0;
    [h, g, f, e, d, c, b, a] = [g, f, e, (d + t) | 0, c, b, a, (t + u) | 0];
  }
  [a, b, c, d, e, f, g, h].forEach((x, i) => { sum[i] += x; });
}

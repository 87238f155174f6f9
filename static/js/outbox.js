// Sends what the phone keeps: the outbox is a question to the log (what has the server not acknowledged?), not a queue
// of its own, so nothing can be lost between the two.
//
// The one rule: without progress no loop. Every answer of the server is accepted, or waited for with a growing pause,
// or put before the shopper; and only one tab or worker sends at a time.
import { everything, Fault, got, mono, on, owes, read, ready, replay, status, tell, unit, who } from './store.js';

// parts are loaded when first needed; the worker, which cannot import later, brings them along by use.
export const parts = {
  photos: () => import('./photos.js'), receipt: () => import('./receipt.js'), pack: () => import('./pack.js'), care: () => import('./care.js'),
  ed25519: () => import('./ed25519.js'),
};
export const use = (loaded) => Object.assign(parts, loaded);

// Later means: try again, after wait seconds at the earliest. far: the server was not reached at all.
export class Later extends Error {
  constructor(wait = 0, far = false) {
    super('later');
    Object.assign(this, { wait, far });
  }
}

// Stop means: the shopper has to know, trying again would not help.
export class Stop extends Error {
  constructor(kind, message, more) {
    super(message);
    this.problem = { kind, message, at: Date.now(), ...more };
  }
}

// --- one request

let lapsed = false; // the session is known to have ended: begin with the grant

function ways(sub) {
  const own = sub.user === who() ? ['session'] : [];
  const grant = sub.grant ? ['grant'] : [];
  return lapsed ? [...grant, ...own] : [...own, ...grant];
}

// call asks the server in the name of a report: with the session when it is its owner's, else, or when that has ended,
// with the grant. It gives {status, data (JSON or null), headers}; not reaching the server is a Later.
export async function call(sub, method, path, { body, headers, timeout = 10000 } = {}) {
  let answer = { status: 401, data: null, headers: new Headers() };
  for (const way of ways(sub)) {
    answer = await request(method, path, body, { Accept: 'application/json', ...headers, ...(way === 'grant' && { Authorization: `Grant ${sub.grant}` }) }, way, timeout);
    if (![401, 403, 404].includes(answer.status)) return answer;
    if (way === 'session' && answer.status === 401) lapsed = true;
  }
  return answer;
}

async function request(method, path, body, headers, way, timeout) {
  const stop = new AbortController();
  const late = setTimeout(() => stop.abort(), timeout);
  try {
    const credentials = way === 'grant' ? 'omit' : 'same-origin';
    const r = await fetch(path, { method, body, headers, credentials, redirect: 'manual', cache: 'no-store', signal: stop.signal });
    const text = await r.text();
    return { status: r.type === 'opaqueredirect' ? 401 : r.status, data: parsed(text), headers: r.headers };
  } catch {
    throw new Later(0, true);
  } finally {
    clearTimeout(late);
  }
}

function parsed(text) {
  try { return JSON.parse(text); } catch { return null; }
}

// refusal gives the error that an answer means: a pause, or a sentence for the shopper.
export function refusal({ status, data, headers }) {
  const said = (data && data.error) || {};
  if (status < 400 || status === 408 || status === 425 || status === 429 || status >= 500 || said.retry) return new Later(Number(headers.get('Retry-After')) || 0);
  if (status === 401 || status === 403) return new Stop('signin', 'Sign in to send.');
  if (status === 410) return new Stop('withdrawn', said.message || 'This visit was withdrawn. What you wrote is still on this phone.');
  return new Stop('refused', said.message || 'The server did not take this. What you wrote is still on this phone.', { status, question: said.question, op: said.op });
}

// --- the log

const MOST = 100; // ops in one batch
const ROOM = 63 << 10; // bytes of ops in one batch

// batch gives the next ops of a report as the text to send.
async function batch(sub) {
  const ops = await unit('readonly', (s) => got(s.ops.getAll(IDBKeyRange.bound([sub.id, sub.acked], [sub.id, Infinity], true), MOST)), 'default');
  const texts = [];
  for (let i = 0, room = ROOM; i < ops.length; i++) {
    const text = `${ops[i].body.slice(0, -1)},"h":"${ops[i].h}"}`;
    room -= new Blob([text]).size + 1;
    if (i && room < 0) break;
    texts.push(text);
  }
  const head = JSON.stringify({ device: sub.device, visit: sub.visit, checklist: sub.checklist, sent: new Date().toISOString() });
  return texts.length && `${head.slice(0, -1)},"ops":[${texts.join(',')}]}`;
}

const json = { 'Content-Type': 'application/json' };

// sendOps sends until everything is acknowledged. acked may go down (the server was restored from a backup), but in
// one pass only ever further down: else two servers that disagree would keep the phone busy for ever.
async function sendOps(id) {
  for (let low = Infinity; ;) {
    const sub = await read(id);
    const body = sub && (await batch(sub));
    if (!body) return sub;
    const r = await call(sub, 'POST', `/api/v1/submissions/${id}/ops`, { body, headers: json });
    const acked = r.data && r.data.acked;
    if (![200, 409].includes(r.status) || typeof acked !== 'number') throw refusal(r);
    await settle(id, r.data);
    if (r.status === 200 && acked > sub.acked) continue;
    if (acked >= sub.acked || acked >= low) throw new Later(Number(r.headers.get('Retry-After')) || 0);
    low = acked;
  }
}

// settle takes in what the server says it has.
export async function settle(id, said) {
  const sub = await unit('readwrite', async (s) => {
    const sub = await got(s.subs.get(id));
    if (!sub) return null; // deleted meanwhile
    const before = sub.acked;
    const acked = Math.min(said.acked, sub.seq);
    const op = said.head && acked === said.acked && (await got(s.ops.get([id, acked])));
    if (op && op.h !== said.head) throw new Stop('refused', 'The server has another version of this report. What you wrote is still on this phone.', { status: 'fork' });
    if (acked < before) await replay(s, sub, acked);
    const next = await got(s.ops.get([id, acked + 1]));
    for (const photo of said.want || []) if (sub.photos.has(photo)) sub.photos.get(photo).done = false;
    Object.assign(sub, { acked, visitState: said.state || sub.visitState, heard: Date.now(), since: next ? next.at : owes({ ...sub, acked }) ? sub.since : null });
    if (sub.problem && HOLDS.includes(sub.problem.kind)) sub.problem = null;
    if (acked > before) moved();
    if ((said.conflicts || []).length) sub.stale = true; // until the other answers are here, whatever becomes of this page
    s.subs.put(sub);
    return sub;
  });
  if (!sub) return;
  tell(id, 'sent');
  if ((said.conflicts || []).length && sub.user === who()) parts.pack().then((p) => p.refresh(sub.visit)).catch(() => {});
}

// --- one report

// HOLDS are the problems that keep a report from being sent until somebody does something.
const HOLDS = ['signin', 'withdrawn', 'refused', 'receipt'];
const AGAIN = 10 * 60e3; // ms until a report with a problem is tried again by itself: the server may have been mended

const held = (sub) => sub.problem && HOLDS.includes(sub.problem.kind) && Date.now() - sub.problem.at < AGAIN;

// send sends one report: first the ops, then the photos that they name, then the seal.
async function send(id) {
  let sub = await sendOps(id);
  if (sub && [...sub.photos.values()].some((p) => !p.done)) {
    await (await parts.photos()).sendAll(id);
    sub = await read(id);
  }
  if (!sub || sub.acked < sub.seq || [...sub.photos.values()].some((p) => !p.done)) return;
  if (sub.state === 'sealed') await sendSeal(sub);
  if (sub.state === 'received') await (await parts.receipt()).clear(id);
}

async function sendSeal(sub) {
  const body = JSON.stringify({ head: sub.head, seq: sub.seq, ...(sub.stage && { stage: sub.stage }) });
  const r = await call(sub, 'POST', `/api/v1/submissions/${sub.id}/seal`, { body, headers: json, timeout: 20000 });
  if (r.status === 200 && r.data && r.data.bytes && r.data.sig) return (await parts.receipt()).take(sub, r.data);
  if (r.status !== 409 || !r.data || typeof r.data.acked !== 'number') throw refusal(r);
  await settle(sub.id, r.data);
  const { missing = [], conflicts = [], want = [], error = {} } = r.data;
  if (missing.length) throw new Stop('missing', error.message || 'Something is still missing.', { missing });
  if (conflicts.length) throw new Stop('conflict', 'You answered this twice. Which is right?', { fields: conflicts });
  const away = want.filter((id) => !sub.photos.has(id));
  if (away.length) throw new Stop('missing', 'A photo is still on another phone. Send it from there, or remove it.', { missing, photos: away });
  if (r.data.acked >= sub.acked && !want.length && error.retry === false) throw new Stop('refused', error.message, { status: 409 });
  throw new Later(0);
}

// note keeps a problem with its report. What is missing opens a sealed report again.
async function note(id, problem) {
  await unit('readwrite', async (s) => {
    const sub = await got(s.subs.get(id));
    if (!sub) return;
    const opens = sub.state === 'sealed' && !HOLDS.includes(problem.kind) && problem.kind !== 'photo';
    s.subs.put({ ...sub, problem, state: opens ? 'draft' : sub.state });
  });
  tell(id, 'problem', { problem });
}

// --- everything

// pass sends every report that owes something, and gives the seconds to wait when something is left, null when not. A
// report that the server cannot take at the moment keeps no other one back.
async function pass(only) {
  let wait = null;
  for (const sub of await everything()) {
    if (only ? sub.id !== only : !owes(sub) || held(sub)) continue;
    try {
      await send(sub.id);
    } catch (err) {
      if (err instanceof Stop) await note(sub.id, err.problem);
      else wait = Math.max(wait || 0, err.wait || 0);
      if (err instanceof Later && err.far) break;
      if (!(err instanceof Later || err instanceof Stop || err instanceof Fault)) console.warn(err);
    }
  }
  return wait;
}

// drain is one pass behind a lock that all tabs and the worker share: null, seconds to wait, or 'busy'.
export function drain(only) {
  lapsed = false;
  if (!navigator.locks) return pass(only);
  return navigator.locks.request('outbox', only ? {} : { ifAvailable: true }, (lock) => (lock ? pass(only) : 'busy'));
}

let timer = 0;
let tries = 0; // since the last progress
let notBefore = 0; // on the clock that nobody sets
let running = null;

// nudge sends soon: after a moment of quiet, and not before the pause after a failure is over.
export function nudge(ms = 800) {
  if (typeof document === 'undefined') return;
  clearTimeout(timer);
  timer = setTimeout(go, Math.max(ms, notBefore - mono()));
}

// moved says that something got through: the pauses begin anew.
export const moved = () => { tries = 0; };

// wake forgets the pause: there is signal again, or the shopper looks.
function wake() {
  tries = notBefore = 0;
  nudge(0);
}

async function go() {
  if (running) return nudge();
  running = drain();
  const left = await running.catch(() => 0);
  running = null;
  if (left === null) tries = 0;
  else if (left === 'busy') nudge(3000);
  else pause(left);
}

// pause waits 1, 2, 4 … 60 seconds, less a random part so that phones do not come back all at once.
function pause(seconds) {
  const ms = Math.max(seconds, Math.min(60, 2 ** tries++) * (0.5 + Math.random() / 2)) * 1000;
  notBefore = mono() + ms;
  nudge(ms);
  if (navigator.serviceWorker) navigator.serviceWorker.ready.then((r) => r.sync && r.sync.register('outbox')).catch(() => {});
}

// sendNow sends one report at once, whatever went wrong before, and gives its status.
export async function sendNow(sub) {
  if (running) await running.catch(() => {});
  const left = await drain(sub.id).catch(() => 0);
  if (left !== null) pause(left);
  return status(sub);
}

// prepare makes a visit work without signal: 'ready', 'partly' or 'no'.
export const prepare = async (visit) => (await parts.pack()).prepare(visit);

// verify says whether a receipt is true: 'verified', 'false', or 'unverifiable' (this browser cannot tell).
export const verify = async (receipt, keys) => (await parts.receipt()).verify(receipt, keys);

// update gives a way to start a new version of these pages that is waiting, null when there is none or something is
// unsent. Without it the new version comes when no visit is open.
export const update = async () => (await parts.care()).update();

let started = false;

// start makes a page send by itself, and keeps the worker. Once per page; nothing happens where nothing can be kept.
export async function start() {
  if (started || !(await ready()).ok) return;
  started = true;
  on((c) => !c.far && ['saved', 'state'].includes(c.what) && nudge());
  addEventListener('online', wake);
  addEventListener('pageshow', wake);
  document.addEventListener('visibilitychange', () => document.visibilityState === 'visible' && wake());
  wake();
  const care = await parts.care();
  await Promise.all([care.keepWorker(), care.tidy()].map((p) => p.catch(console.warn)));
}


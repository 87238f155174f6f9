// What every page of a shopper does beside its own: sends what waits, and tells what is on this phone. My visits, the
// brief, "What is on this phone" and signing out have their part of it here.
import * as store from './store.js';
import * as outbox from './outbox.js';
import { $, chip, notice, plural, say, signal, theme, truth, wear } from './truth.js';

const MB = 1e6;
const unsentWords = (st) => {
  const [a, p] = [st.unsent.answers, st.unsent.photos];
  const both = [a && plural(a, 'answer', 'answers'), p && plural(p, 'photo', 'photos')].filter(Boolean).join(' and ');
  return both || (st.state === 'sealed' ? 'One visit' : '');
};
const owes = (st) => st.acked < st.ops || st.state === 'sealed' || st.photosDone < st.photos;
const total = (mine) => mine.reduce((n, st) => ({ unsent: { answers: n.unsent.answers + st.unsent.answers, photos: n.unsent.photos + st.unsent.photos }, state: owes(st) ? 'sealed' : n.state }), { unsent: { answers: 0, photos: 0 }, state: '' });

// --- My visits

// works ticks the visits that open without signal, and makes those ready that do not yet.
async function works(mine) {
  for (const li of document.querySelectorAll('li[data-visit]')) {
    const tick = li.querySelector('[data-works]');
    if (!tick) continue;
    const st = mine.find((x) => x.visit === li.dataset.visit);
    const ready = (st && st.ready) || (navigator.onLine !== false && (await outbox.prepare(li.dataset.visit)) === 'ready');
    tick.hidden = !ready;
  }
}

// waits says what is only on this phone, and since when where that is long.
function waits(mine) {
  const all = mine.filter(owes);
  const words = unsentWords(total(all));
  const old = all.some((st) => st.old);
  notice('waits', !all.length ? '' : old ? `${words} have waited on this phone for more than 3 days. Open this page with signal and leave it open for a minute.`
    : `On this phone: ${words === 'One visit' ? 'one visit' : words} to send. They send by themselves when there is signal.`);
}

// --- the brief

async function brief(el) {
  const { visit } = el.dataset;
  if ('pack' in el.dataset) wear();
  if ('offer' in el.dataset || 'sealed' in el.dataset) return;
  const ready = await outbox.prepare(visit);
  const sub = await store.open(visit);
  if (!sub) return;
  const st = await store.status(sub);
  if ($('works')) $('works').hidden = ready !== 'ready' && !st.ready;
  if ($('go-on') && st.ops) {
    $('go-on').firstElementChild.textContent = 'Go on';
    const [path] = JSON.parse(sessionStorage.getItem('at') || '[""]');
    if (path.startsWith(`/visits/${visit}/s/`)) $('go-on').href = path;
  }
  const fields = await store.fields(sub);
  for (const a of document.querySelectorAll('#soon a[href*="#q-"]')) {
    if ((fields.get(a.hash.slice(3)) || {}).value != null) a.parentElement.hidden = true;
  }
  if ($('soon')) $('soon').hidden = !document.querySelector('#soon li:not([hidden])');
  checkIn(visit);
}

// checkIn asks for the position once, with its reason. The answer, yes or no, is kept until it has arrived.
function checkIn(visit) {
  const key = `checkin:${visit}`;
  const box = $('check-in');
  const said = JSON.parse(localStorage.getItem(key) || 'null');
  if (said) return said.sent || tellWhere(visit, key, said);
  if (!box || !navigator.geolocation) return undefined;
  box.hidden = false;
  for (const b of box.querySelectorAll('[data-check-in]')) b.addEventListener('click', () => where(b.dataset.checkIn === 'yes'));
  function where(yes) {
    const answer = (body) => {
      localStorage.setItem(key, JSON.stringify(body));
      box.hidden = true;
      say(body.refused ? 'Fine. Everything works as well without.' : 'Position kept. Thank you.');
      tellWhere(visit, key, body);
    };
    const at = new Date().toISOString();
    if (!yes) return answer({ at, refused: true });
    return navigator.geolocation.getCurrentPosition(
      ({ coords }) => answer({ at, lat: coords.latitude, lon: coords.longitude, accuracy: Math.max(1, Math.round(coords.accuracy)) }),
      () => say('This phone does not give its position. Try again, or go on without.'), { enableHighAccuracy: true, timeout: 20000 });
  }
  return undefined;
}

async function tellWhere(visit, key, body) {
  try {
    const r = await fetch(`/api/v1/visits/${visit}/check-in`, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) });
    if (r.ok || r.status === 409 || r.status === 422) localStorage.setItem(key, JSON.stringify({ sent: true }));
  } catch { /* no signal: with the next page that has some */ }
}

// --- what is on this phone

async function here() {
  const { mine, others } = await store.all();
  const cards = mine.filter((st) => st.ops || owes(st) || st.receipt);
  $('here').replaceChildren(...cards.map(card));
  $('nothing').hidden = cards.length > 0;
  const el = $('others');
  el.hidden = others === 0;
  el.textContent = `${plural(others, 'visit of another person is', 'visits of other people are')} waiting to send. They go by themselves; nobody else can read them.`;
  const { quota = 0, usage = 0 } = navigator.storage && navigator.storage.estimate ? await navigator.storage.estimate() : {};
  $('low').hidden = !quota || quota - usage > 50 * MB;
}

function card(st) {
  const el = $('visit-here').content.cloneNode(true).firstElementChild;
  const set = (name, text) => { el.querySelector(`[data-${name}]`).textContent = text; };
  el.querySelector('h2').textContent = theme() === 'discreet' ? 'Notes' : st.name;
  const [text, tone] = truth(st);
  Object.assign(el.querySelector('.chip'), { textContent: text, className: `chip ${tone}` });
  set('answers', `${st.answers}${st.unsent.answers ? `, ${st.unsent.answers} to send` : ''}`);
  set('photos', `${st.photos}${st.bytes ? ` (${Math.ceil(st.bytes / 1024)} KB)` : ''}${st.unsent.photos ? `, ${st.unsent.photos} to send` : ''}`);
  for (const name of ['when', 'since']) el.querySelector(`[data-${name}]`).hidden = !st.since || !owes(st);
  if (st.since) set('since', new Date(st.since).toLocaleString([], { day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit', hour12: false }));
  for (const name of ['code-name', 'code']) el.querySelector(`[data-${name}]`).hidden = !st.receipt;
  if (st.receipt) set('code', st.receipt.code);
  const problem = el.querySelector('[data-problem]');
  problem.hidden = !st.problem;
  if (st.problem) problem.querySelector('span').textContent = st.problem.message;
  el.querySelector('[data-open]').href = `/visits/${st.visit}`;
  const [send, copy] = [el.querySelector('[data-do="send"]'), el.querySelector('[data-do="copy"]')];
  send.hidden = !owes(st);
  copy.hidden = st.state === 'received';
  send.addEventListener('click', () => sendNow(st, send));
  copy.addEventListener('click', () => saveCopy(st));
  return el;
}

async function sendNow(st, button) {
  button.disabled = true;
  say('Sending.');
  const sub = await store.read(st.id);
  const now = await outbox.sendNow(sub).catch(() => null);
  await here();
  say(now && !owes(now) ? 'Everything of this visit is sent.' : 'Not all of it could be sent. It is safe here and goes by itself.');
}

// saveCopy hands a file with everything over, by the phone's own sharing where it has one.
async function saveCopy(st) {
  const { save } = await import('./copy.js');
  const zip = await save(await store.read(st.id));
  const name = `copy-${st.id.slice(0, 8)}.zip`;
  const file = typeof File === 'function' ? new File([zip], name, { type: 'application/zip' }) : null;
  if (file && navigator.canShare && navigator.canShare({ files: [file] }) && matchMedia('(pointer: coarse)').matches) {
    return navigator.share({ files: [file] }).catch(() => {});
  }
  const a = Object.assign(document.createElement('a'), { href: URL.createObjectURL(zip), download: name });
  a.click();
  say('A copy was saved.');
  return setTimeout(() => URL.revokeObjectURL(a.href), 10000);
}

// newer offers the version of these pages that waits, where nothing is unsent and only open visits keep it waiting.
async function newer() {
  const go = await outbox.update();
  const box = $('newer');
  box.hidden = !go;
  if (!go) return;
  navigator.serviceWorker.addEventListener('controllerchange', () => location.reload());
  box.querySelector('button').onclick = go;
}

// --- signing out

// leaving shows what signing out means for what is only here. The storage is cleared by the server's answer only when
// nothing of anybody waits in it.
async function leaving(form) {
  const { mine, others } = await store.all();
  const words = unsentWords(total(mine.filter(owes)));
  $('unsent').hidden = !words;
  $('leave').hidden = Boolean(words);
  if (words) $('unsent-what').textContent = /^1 \S+$/.test(words) || words === 'One visit' ? `${words} is only on this phone.` : `${words} are only on this phone.`;
  $('send-now').addEventListener('click', async () => {
    say('Sending.');
    for (const st of mine.filter(owes)) await outbox.sendNow(await store.read(st.id)).catch(() => {});
    const after = (await store.all()).mine.filter(owes);
    if (!after.length) return out(form, true, others);
    return say('Not all of it could be sent. There may be no signal.');
  });
  $('lock').addEventListener('click', async () => { await store.lock(); form.submit(); });
  $('delete').addEventListener('submit', async (event) => {
    event.preventDefault();
    const wrong = $('f-delete').value.trim() !== 'DELETE';
    $('delete-error').hidden = !wrong;
    if (wrong) return $('f-delete').focus();
    return out(form, true, others);
  });
  form.addEventListener('submit', (event) => { event.preventDefault(); out(form, true, others); });
  form.dataset.ready = '';
}

async function out(form, wipe, others) {
  if (wipe) await store.wipe().catch(() => {});
  try { for (const key of Object.keys(localStorage)) if (key.startsWith('checkin:')) localStorage.removeItem(key); sessionStorage.clear(); } catch { /* nothing to clear */ }
  form.querySelector('[name="clear"]').value = others === 0 ? '1' : '';
  form.submit();
}

// --- the beginning

async function begin() {
  signal();
  outbox.start();
  addEventListener('pageshow', (event) => { if (event.persisted) { wear(); draw(); } });
  const can = await store.ready();
  if (!can.ok) return notice('nokeep', can.reason);
  if ($('sign-out')) await leaving($('sign-out'));
  if ($('brief')) await brief($('brief'));
  store.on(draw);
  await draw();
  if ($('newer')) await newer();
  const { mine } = await store.all();
  await works(mine);
  return undefined;
}

async function draw() {
  if ($('here')) await here();
  if ($('waits')) waits((await store.all()).mine);
  if ($('brief') && $('chip')) {
    const sub = await store.open($('brief').dataset.visit);
    if (sub) chip(...truth(await store.status(sub)));
  }
}

begin();

// A section of the checklist on the phone. Every tap and every key is kept at once; moving on asks nobody. Where the
// phone cannot keep anything the page stays what it is without this file, a form that is saved by its buttons, and this
// file only shows and hides questions.
import * as store from './store.js';
import { missing, parts, progress, read, shown, stageNow, typed, wantsComment } from './checklist.js';
import { $, chip, choose, notice, say, signal, theme, truth, wear } from './truth.js';

const form = $('section');
const { visit, section: here } = form.dataset;
const base = `/visits/${visit}`;
const cards = new Map([...form.querySelectorAll('[data-question]')].map((el) => [el.dataset.question, el]));
const PAUSE = 1200; // ms after the last key before words become an entry of the log

let sub = null; // this visit's report on this phone; null where the phone keeps nothing
let pack = null; // the checklist; null until it is known: then the server alone shows and hides
const questions = new Map();
const report = { answers: new Map(), comments: new Map(), photos: new Map() };
const twice = new Map(); // field -> ops between which the shopper has to choose
const waiting = new Map(); // field -> timer of what is not in the log yet; 0 while it is being saved
const saving = new Map(); // field -> entries that are on their way into the log
let queue = Promise.resolve(); // one entry after another: the log has the order of the taps
const fresh = new Set(); // fields touched since the phone was last asked what it knows
let saves = 0; // entries that this page has put into the log
const lost = new Set(); // fields that could not be kept, '' for anything else
let outbox = null; // sends; loaded once the page works

const stage = () => stageNow(pack, sub ? sub.sealed : pack.visit.stages_sealed || []);

// --- the page's fields

const fieldsOf = (el) => [...el.querySelectorAll(`[name="a.${CSS.escape(el.dataset.question)}"]`)];
const ticked = (f) => f.type === 'radio' || f.type === 'checkbox';
const values = (el) => fieldsOf(el).filter((f) => (ticked(f) ? f.checked : f.value.trim() !== '')).map((f) => f.value);
const commentOf = (el) => el.querySelector('[data-comment] textarea');
const isComment = (field) => field.endsWith('.comment');
const cardOf = (field) => cards.get(field.replace(/\.comment$/, ''));

function fill(el, given) {
  const words = given.find((v) => v !== 'na' && v !== 'not_observed') || '';
  for (const f of fieldsOf(el)) {
    if (ticked(f)) f.checked = given.includes(f.value);
    else f.value = words;
  }
}

const alone = (f) => f.closest('[data-extra]') || 'exclusive' in f.dataset;
const clear = (f) => { if (ticked(f)) f.checked = false; else f.value = ''; };

// exclude clears what cannot stand beside the field that was just changed.
function exclude(field) {
  const el = field.closest('[data-question]');
  const others = fieldsOf(el).filter((f) => f !== field);
  if (ticked(field) && field.checked && alone(field)) {
    for (const f of others) clear(f);
  } else if (ticked(field) ? field.checked : field.value !== '') {
    for (const f of others) if (f.type === 'checkbox' && alone(f)) clear(f);
  }
}

// wrong puts a sentence at a field, or takes it away.
async function wrong(el, message) {
  if (message || el.classList.contains('wrong')) (await import('./wrong.js')).mark(el, fieldsOf(el)[0], message);
}

// --- what is shown

// take reads the fields of the page into the report; what cannot be read is not there.
function take(el) {
  const q = questions.get(el.dataset.question);
  if (!q) return;
  let v = null;
  try { v = read(q, values(el)); } catch { /* said when the field is left */ }
  if (missing(v)) report.answers.delete(q.id);
  else report.answers.set(q.id, v);
  const words = commentOf(el);
  if (words) report.comments.set(q.id, words.value);
}

// refresh shows and hides, counts and names the next part: conditions look back only, so one walk is enough.
function refresh() {
  if (!pack) return;
  const seen = shown(pack, pack.context, report.answers);
  for (const [id, el] of cards) {
    el.hidden = !seen.questions.has(id);
    const words = commentOf(el);
    if (words) words.closest('[data-comment]').hidden = words.value === '' && !wantsComment(questions.get(id), report.answers.get(id));
  }
  $('unasked').hidden = [...cards.keys()].some((id) => seen.questions.has(id));
  order(parts(pack, seen, stage()), seen);
}

// order says where this part stands among those on show.
function order(all, seen) {
  const at = all.findIndex((s) => s.id === here);
  const counts = all.map((s) => progress(s, seen, report));
  $('where').textContent = at < 0 ? '' : `Section ${at + 1} of ${all.length}`;
  $('answered').textContent = at < 0 ? '' : `${counts[at][0]} of ${counts[at][1]} answered`;
  $('next').firstElementChild.textContent = at >= 0 && at + 1 < all.length ? `Next: ${all[at + 1].title}` : 'Check and send';
  [...cards.values()].forEach((el, k) => { el.querySelector('.q-no').textContent = `${Math.max(at, 0) + 1}.${k + 1}`; });
  draw(counts, at);
}

// draw makes the progress line: each part as wide as its questions are many, in units of a line 1000 wide.
function draw(counts, at) {
  const total = counts.reduce((n, [, asked]) => n + Math.max(asked, 1), 0);
  const room = 1000 - 12 * (counts.length - 1);
  const svg = $('segs');
  const bars = [];
  let x = 0;
  counts.forEach(([done, asked], i) => {
    const width = (room * Math.max(asked, 1)) / total;
    const bar = (kind, w) => {
      const r = document.createElementNS(svg.namespaceURI, 'rect');
      for (const [k, v] of Object.entries({ class: kind, x, width: w, y: i === at ? 0 : 2, height: i === at ? 8 : 4, rx: 3 })) r.setAttribute(k, v);
      bars.push(r);
    };
    bar('back', width);
    if (done) bar('done', (width * done) / Math.max(asked, 1));
    x += width + 12;
  });
  svg.replaceChildren(...bars);
  svg.setAttribute('aria-label', $('where').textContent);
}

// next and before give the address of the neighbouring part.
function neighbour(step) {
  const all = parts(pack, shown(pack, pack.context, report.answers), stage());
  const at = all.findIndex((s) => s.id === here);
  const to = at < 0 ? undefined : all[at + step];
  if (to) return `${base}/s/${to.id}`;
  return step > 0 ? `${base}/check` : base;
}

// --- keeping

// line says what is true at the moment.
async function line() {
  if (lost.size) return chip('Not saved. Tap to try again.', 'bad');
  const st = await store.status(sub);
  const p = st.problem;
  notice('problem', p && !['signin', 'missing', 'conflict'].includes(p.kind) ? p.message : '');
  return chip(...truth(st));
}

function failed(err, field = '') {
  lost.add(field);
  notice('problem', err.kind === 'storage' ? 'Not saved. Tap to try again.' : err.message);
  line();
}

// touched keeps what stands in a field at once, and puts it into the log when the shopper pauses.
function touched(el, field, settled) {
  fresh.add(field);
  store.scratch(sub || { visit }, field, JSON.stringify(isComment(field) ? [commentOf(el).value] : values(el)));
  if (!sub) { // nothing is kept here, or it is not known yet whether anything is
    waiting.set(field, 0);
    return chip('Not sent yet', 'wait');
  }
  clearTimeout(waiting.get(field));
  waiting.set(field, settled ? 0 : setTimeout(() => save(field), PAUSE));
  return settled && save(field, true);
}

// save puts one field into the log. What cannot be read stays as it was typed, on this phone, and is asked about when
// the shopper is done with the field.
async function save(field, done) {
  const el = cardOf(field);
  clearTimeout(waiting.get(field));
  let value;
  try {
    value = isComment(field) ? commentOf(el).value || null : read(questions.get(field), values(el));
    if (!isComment(field)) wrong(el, '');
  } catch (err) {
    if (done) wrong(el, err.message);
    return false;
  }
  const timer = waiting.get(field);
  saving.set(field, (saving.get(field) || 0) + 1);
  try {
    await (queue = queue.catch(() => {}).then(() => keep(field, value)));
    if (waiting.get(field) === timer) waiting.delete(field);
    for (const one of ['', field]) lost.delete(one);
    if (twice.delete(field)) el.querySelector('[data-twice]')?.remove();
    if (outbox) outbox.nudge();
  } catch (err) {
    failed(err, field);
    return false;
  } finally {
    if (saving.get(field) > 1) saving.set(field, saving.get(field) - 1);
    else saving.delete(field);
  }
  line();
  return true;
}

async function keep(field, value) {
  const first = !(await store.status(sub)).ops;
  await store.put(sub, field, value, twice.has(field) ? { base: twice.get(field) } : {});
  saves++;
  if (first) say('Saved on phone.');
}

// flush puts everything into the log that is not there yet. It gives the field that cannot be read, if any.
async function flush() {
  for (const field of [...waiting.keys()]) {
    if (!(await save(field, true))) return field;
  }
  return '';
}

// --- coming back

// busy fields are the shopper's at the moment: nothing is put into them.
const busy = (field) => waiting.has(field) || saving.has(field) || fresh.has(field);

// latest reads what the phone knows, once more when something was saved meanwhile: what is put into the page from it, and
// asked about, is never older than what the shopper did. use works on it before anything else can happen.
async function latest(use) {
  for (;;) {
    const seen = saves;
    const [fields, drafts, photos, now] = await Promise.all([store.fields(sub), store.scratches(sub), store.photos(sub), store.read(sub)]);
    const asks = [...fields].some(([field, f]) => f.others.length && cardOf(field)) || form.querySelector('[data-twice]');
    const settle = asks ? (await import('./twice.js')).choice : null;
    const trays = photos.some((p) => cards.has(p.q)) || form.querySelector('[data-tray]') ? await tray().catch(() => null) : null;
    if (seen === saves) return use({ fields, drafts, photos, settle, show: () => trays && trays.show(photos, now) });
  }
}

// recall puts what the phone knows into the page. What is being typed right now stays.
async function recall() {
  fresh.clear();
  return latest(({ fields, drafts, photos, settle, show }) => {
    twice.clear();
    report.photos.clear();
    for (const p of photos) report.photos.set(p.q, (report.photos.get(p.q) || 0) + 1);
    for (const [field, { value }] of fields) {
      if (busy(field) || field.startsWith('tap.')) continue;
      const id = field.replace(/\.comment$/, '');
      const into = isComment(field) ? report.comments : report.answers;
      if (missing(value)) into.delete(id);
      else into.set(id, value);
    }
    const behind = [show(), ...[...cards].map(([id, el]) => elsewhere(id, el, fields))].some(Boolean);
    for (const [id, el] of cards) hydrate(id, el, fields);
    if (settle) settleAll(fields, settle);
    form.dataset.known = ''; // no room is kept any more for what may come: see room.js
    refresh();
    for (const [field, text] of drafts) if (cardOf(field) && !busy(field)) redo(field, JSON.parse(text));
    return behind;
  });
}

// elsewhere says whether the server's page had an answer that this phone does not know: from another phone.
function elsewhere(id, el, fields) {
  const was = el.querySelector(`[name="was.${CSS.escape(id)}"]`).value;
  const f = fields.get(id);
  if (el.querySelector('[data-twice] ul') && !(f && f.others.length)) return true; // the server knows of two answers
  return was && was !== 'null' && (!f || (f.sent && JSON.stringify(f.value) !== was));
}

function hydrate(id, el, fields) {
  const q = questions.get(id);
  const words = commentOf(el);
  const open = (field) => fields.has(field) && fields.get(field).others.length > 0;
  if (q && !busy(id)) fill(el, open(id) ? [] : typed(q, report.answers.get(id)));
  if (words && !busy(`${id}.comment`)) words.value = report.comments.get(id) || '';
}

// settleAll asks about every field of this page that has two answers.
function settleAll(fields, choice) {
  const open = [...fields].filter(([field, f]) => f.others.length && cardOf(field));
  for (const [field, f] of open) twice.set(field, [f.op, ...f.others.map((o) => o.op)]);
  for (const [id, el] of cards) {
    choice(el, open.filter(([field]) => cardOf(field) === el), { device: sub.device, question: questions.get(id), answer });
  }
}

// redo takes up what was typed when the page went away, or before it was ready.
function redo(field, given) {
  const el = cardOf(field);
  if (given && isComment(field)) commentOf(el).value = given[0] || '';
  else if (given) fill(el, given);
  take(el);
  refresh();
  waiting.set(field, 0);
  save(field, true);
}

// remember notes the question in hand: taking a photo ends the page on weak phones.
function remember(el) {
  try { sessionStorage.setItem('at', JSON.stringify([location.pathname, el.id])); } catch { /* then the page opens at its top */ }
}

function reopen() {
  const kind = (performance.getEntriesByType('navigation')[0] || {}).type;
  try {
    const [path, id] = JSON.parse(sessionStorage.getItem('at') || '[]');
    if (!location.hash && path === location.pathname && kind !== 'navigate' && $(id)) $(id).scrollIntoView({ block: 'center' });
  } catch { /* no storage: the page opens at its top */ }
}

// --- events

function changed(event) {
  const el = event.target.closest('[data-question]');
  if (!el || event.target.type === 'file') return;
  const field = event.target.name.startsWith('c.') ? `${el.dataset.question}.comment` : el.dataset.question;
  if (!isComment(field)) exclude(event.target);
  take(el);
  refresh();
  if (event.type === 'input' || waiting.get(field) !== 0) touched(el, field, ticked(event.target) || event.type === 'change');
}

// inHand is what is being kept beside the answers: moments and photos. Nobody leaves by a button before it is.
let inHand = Promise.resolve();
const holding = (work) => { inHand = Promise.allSettled([inHand, work]); return work; };

// go leaves the section by one of its buttons, once everything is kept.
async function go(to, by) {
  await starting;
  if (!sub) return post(to);
  if (to.startsWith('photo.')) return (await tray()).act(by); // pressed before it was taken over
  await inHand;
  const bad = await flush();
  if (lost.size) return post(to);
  if (bad && to === 'next') {
    say('Look at this again.');
    return fieldsOf(cardOf(bad))[0].focus();
  }
  if (to === 'discreet') return quiet();
  if (to === 'cover') sessionStorage.setItem('cover-from', location.pathname);
  location = { next: neighbour(1), back: neighbour(-1), list: `${base}/list`, cover: '/cover' }[to];
}

// post is the way without a phone that keeps: the server saves the page.
function post(to) {
  form.append(Object.assign(document.createElement('input'), { type: 'hidden', name: 'go', value: to }));
  form.submit();
}

function quiet() {
  choose('discreet');
  look();
  say('Quiet look.');
}

// look makes the button fit what is worn.
function look() {
  const on = theme() === 'discreet';
  $('look').value = on ? 'cover' : 'discreet';
  $('look').setAttribute('aria-label', on ? 'Show the shopping list' : 'Use the quiet look');
}

form.addEventListener('input', changed);
form.addEventListener('change', changed);
form.addEventListener('submit', (event) => {
  event.preventDefault();
  go(event.submitter ? event.submitter.value : 'next', event.submitter);
});
form.addEventListener('focusin', ({ target }) => { const el = target.closest('[data-question]'); if (el) remember(el); });
$('chip').addEventListener('click', (event) => {
  if (!lost.size) return;
  event.preventDefault();
  flush();
});
addEventListener('pageshow', ({ persisted }) => { if (persisted) { wear(); look(); if (sub) recall().then(line); } });
document.addEventListener('visibilitychange', () => { if (document.hidden) flush(); });

// --- the beginning

// opened gives this visit's report on this phone; the first time it is made from what the server has.
async function opened() {
  const can = await store.ready();
  if (!can.ok) {
    notice('nokeep', `${can.reason} Each page is saved when you leave it by its buttons.`);
    return null;
  }
  const known = await store.open(visit);
  if (known) return known;
  await (await sender()).prepare(visit);
  return store.open(visit);
}

// sender loads what sends, and starts it.
async function sender() {
  outbox = await import('./outbox.js');
  outbox.start();
  return outbox;
}

async function begin() {
  if ('pack' in form.dataset) wear();
  look();
  signal();
  sub = await opened().catch(() => null);
  pack = sub ? sub.pack : await (await import('./plain.js')).known(visit, report).catch(() => null);
  if (!pack) return;
  for (const s of pack.sections) for (const q of s.questions) questions.set(q.id, q);
  if (!sub) {
    for (const el of cards.values()) take(el);
    return refresh();
  }
  const early = [...waiting.keys()];
  const behind = await recall();
  for (const field of early) redo(field);
  store.on(heard);
  line();
  reopen();
  extras();
  if (!outbox) await sender();
  if (behind || sub.stale || !sub.cache) outbox.prepare(visit);
}

// heard follows what other tabs, the worker and the server do.
async function heard({ sub: id, what, message }) {
  if (id !== sub.id) return;
  if (what === 'lost') return failed({ kind: 'lost', message });
  if (what === 'pack') {
    const now = await store.open(visit);
    if (now) [sub, pack] = [now, now.pack];
    await recall();
  }
  return line();
}

// page is what parts of this file that are loaded later work on.
const page = () => ({
  form, sub, pack, store, stage, cards, report, questions, answer, refresh, line, failed, holding, nudge: () => outbox && outbox.nudge(),
});
const tray = async () => (await import('./tray.js')).begin(page());

// extras are loaded where they are of use: moments to mark, photos to take.
async function extras() {
  for (const [id, el] of cards) if (el.querySelector('[data-photo]')) camera(id, el);
  const open = $('taps-open');
  const moments = async () => (await import('./taps.js')).begin(page());
  if (open && pack.taps.length) open.hidden = false;
  if (form.querySelector('[data-watch], [data-now]') || sessionStorage.getItem('taps')) await moments();
  else if (open) open.addEventListener('click', async () => { await moments(); open.click(); }, { once: true });
}

// camera puts the two ways to a photo in the place of the button that leads to the plain page.
function camera(id, el) {
  const row = el.querySelector('[data-photo]');
  const ways = row.querySelector('.over');
  ways.className = 'row';
  ways.replaceChildren($('take').content.cloneNode(true));
  for (const input of row.querySelectorAll('input')) {
    input.addEventListener('click', () => remember(el));
    input.addEventListener('click', () => { input.old = null; }); // a camera that was closed again replaces nothing later
    input.addEventListener('change', () => holding(tray().then((t) => t.keep(id, input))));
  }
}

// answer fills a field of the page from elsewhere.
function answer(field, given) {
  redo(field, given);
  fresh.add(field);
}

// What was answered while this file was still on its way counts too.
for (const [id, el] of cards) {
  const answered = (f) => (ticked(f) ? f.checked !== f.defaultChecked : f.value !== f.defaultValue);
  if (fieldsOf(el).some(answered)) waiting.set(id, 0);
  if (commentOf(el) && answered(commentOf(el))) waiting.set(`${id}.comment`, 0);
}

const starting = begin();

// The moments of a visit, marked by silent taps: coming in, being greeted, paying, leaving. A tap is kept before
// anything else happens, so a stopwatch that began survives the end of its page. Nothing ticks, sounds or moves.
import { lasting, parts, shown, typed } from './checklist.js';
import { $, clock, say } from './truth.js';

let page;
let taps = new Map(); // name -> {at, mono} of the last tap
const asking = new Set(); // names of done moments that were tapped once more

// lasted gives the seconds between two moments. A clock that nobody sets may stop while the phone sleeps, and the other
// may be set back: the longer of both is right more often.
const lasted = (a, b) => Math.round(Math.max(Date.parse(b.at) - Date.parse(a.at), b.mono - a.mono, 0) / 1000);

export async function begin(given) {
  page = given;
  await recall();
  page.store.on(({ sub, what }) => { if (sub === page.sub.id && (what === 'pack' || what === 'saved')) recall(); });
  for (const q of page.questions.values()) if (page.cards.has(q.id)) wire(q);
  sheet();
  await catchUp();
}

async function recall() {
  const fields = await page.store.fields(page.sub);
  taps = new Map([...fields].filter(([f, v]) => f.startsWith('tap.') && v.value).map(([f, v]) => [f.slice(4), v.value]));
  draw();
}

// mark keeps a moment and what follows from it. A time question takes it while it has no answer; a duration that ends
// takes it always.
const mark = (name, forQuestion) => page.holding(marked(name, forQuestion));

async function marked(name, forQuestion) {
  const moment = page.pack.taps.find((t) => t.name === name);
  taps.set(name, { at: new Date().toISOString(), mono: page.store.mono() });
  const times = moment.time.filter((id) => id === forQuestion || !page.report.answers.has(id));
  try { // all at once: the next tap may lead away from this page
    await Promise.all([page.store.tap(page.sub, name), ...times.map((id) => answer(id, clock(taps.get(name).at))), ...moment.stop.map(ended)]);
  } catch (err) {
    page.failed(err);
    return;
  }
  say(`${moment.label}, ${clock(taps.get(name).at)}. Saved on phone.`);
  page.nudge();
  draw();
}

// ended fills in a duration whose both ends were tapped.
const ended = (id) => {
  const [from, to] = ends(page.questions.get(id)).map((t) => taps.get(t.name));
  return from && to && Date.parse(to.at) >= Date.parse(from.at) && answer(id, lasting(page.questions.get(id), lasted(from, to)));
};

// catchUp fills in what was tapped on a page that ended before it could.
async function catchUp() {
  const fields = await page.store.fields(page.sub);
  for (const t of page.pack.taps) for (const id of t.stop) if (!fields.has(id) && page.questions.has(id)) await ended(id);
}

const start = (id) => { const t = page.pack.taps.find((x) => x.start.includes(id)); return t && taps.get(t.name); };

// answer fills in a question of this page or of another.
async function answer(id, value) {
  const q = page.questions.get(id);
  if (page.cards.has(id)) return page.answer(id, typed(q, value));
  page.report.answers.set(id, value);
  await page.store.put(page.sub, id, value);
  return page.line();
}

// --- the sheet above the dock

// mine lists the moments that matter now: of questions on show in the part of the visit that is being filled in.
function mine() {
  const seen = shown(page.pack, page.pack.context, page.report.answers);
  const now = new Set(parts(page.pack, seen, page.stage()).flatMap((s) => s.questions.map((q) => q.id)));
  return page.pack.taps.filter((t) => [...t.time, ...t.start, ...t.stop].some((id) => seen.questions.has(id) && now.has(id)));
}

function sheet() {
  const open = $('taps-open');
  if (!open) return;
  const show = (on) => {
    $('taps').hidden = !on;
    open.setAttribute('aria-expanded', String(on));
    try { sessionStorage.setItem('taps', on ? '1' : ''); } catch { /* it opens closed */ }
  };
  open.hidden = mine().length === 0;
  open.addEventListener('click', () => show($('taps').hidden));
  let on = false;
  try { on = sessionStorage.getItem('taps') === '1'; } catch { /* closed */ }
  if (!open.hidden) show(on);
}

// draw shows the moments in order: those to come as buttons, the next one first in line; those gone by with their time.
function draw() {
  const all = mine();
  const next = all.find((t) => !taps.has(t.name));
  if ($('taps')) all.forEach((t, i) => moment(t, t === next, $('taps').children[i] || made()));
  while ($('taps') && $('taps').children.length > all.length) $('taps').lastElementChild.remove();
  for (const q of page.questions.values()) if (page.cards.has(q.id) && q.kind === 'duration' && q.timer) watch(q);
}

// made adds a button, which stays where it is whatever it says: no button goes from under a finger.
function made() {
  const b = $('taps').appendChild(Object.assign(document.createElement('button'), { type: 'button' }));
  b.addEventListener('click', () => tapped(b.dataset.moment));
  return b;
}

function moment(t, next, b) {
  const done = taps.get(t.name);
  b.className = `button small ${next ? '' : 'second'}`;
  b.dataset.moment = t.name;
  b.textContent = asking.has(t.name) ? 'Tap again to change' : done ? `${t.label} ${clock(done.at)}` : t.label;
}

// tapped marks a moment; one that is marked already only at the second tap.
function tapped(name) {
  if (!taps.has(name) || asking.delete(name)) return mark(name);
  asking.add(name);
  setTimeout(() => { if (asking.delete(name)) draw(); }, 4000);
  return draw();
}

// --- at the questions

// wire gives a time question its "Now" and a duration its stopwatch.
function wire(q) {
  const el = page.cards.get(q.id);
  const now = el.querySelector('[data-now]');
  if (now) {
    const t = page.pack.taps.find((x) => x.time.includes(q.id));
    now.hidden = false;
    now.addEventListener('click', () => (t ? mark(t.name, q.id) : page.answer(q.id, [clock(new Date().toISOString())])));
  }
  const row = el.querySelector('[data-watch]');
  if (!row) return;
  row.hidden = false;
  const field = el.querySelector('.typed'); // whoever is in it already keeps it
  field.hidden = !el.classList.contains('wrong') && !field.contains(document.activeElement);
  row.querySelector('[data-type]').addEventListener('click', () => {
    field.hidden = false;
    field.querySelector('input').focus();
  });
  row.querySelector('[data-go]').addEventListener('click', () => {
    const [from, to] = ends(q);
    return mark(running(q) ? to.name : from.name);
  });
  el.addEventListener('input', () => watch(q));
  watch(q);
}

const ends = (q) => [page.pack.taps.find((t) => t.start.includes(q.id)), page.pack.taps.find((t) => t.stop.includes(q.id))];

// running says whether the stopwatch of a question has begun and not ended.
function running(q) {
  const [from, to] = ends(q).map((t) => taps.get(t.name));
  return Boolean(from) && !(to && Date.parse(to.at) >= Date.parse(from.at));
}

function watch(q) {
  const row = page.cards.get(q.id).querySelector('[data-watch]');
  const input = row.parentElement.querySelector('.typed input');
  const on = running(q);
  const unit = input.value && q.unit !== 's' ? ` ${q.unit}` : '';
  row.querySelector('output').textContent = input.value ? input.value + unit : (on ? `since ${clock(start(q.id).at)}` : '–:––');
  const [from, to] = ends(q);
  row.querySelector('[data-go]').textContent = on ? `Stop: ${to.label}` : start(q.id) || input.value ? 'Again' : `Start: ${from.label}`;
}

// The checklist builder with a script: every change is saved by itself, and the page takes over what the server says
// without losing the place, the focus or a letter. Every form and link works without this.
import { morph } from './morph.js';
import { reorder } from './reorder.js';

const pause = 400; // milliseconds without a key before a change is sent
const $ = (id) => document.getElementById(id);
const dirty = new Set(); // controls that were changed and not sent since
let line = Promise.resolve(); // one request after another: each has seen what the one before did
let timer = 0;
let waiting = null; // the form whose change waits for its pause
let failed = null; // what was not saved: {form, button, extra}
let busy = 0; // requests under way
let refused = false; // what was typed last cannot be saved as it is
let told = ''; // what a screen reader was told of the last answer
let warned = ''; // the address, or the button, that somebody was kept from
const last = new WeakMap(); // control -> value that was sent last

const editor = () => document.querySelector('form[data-save]');

// say tells a screen reader; emptied first, so that the same words are said again.
function say(text) {
  $('said').textContent = '';
  setTimeout(() => { $('said').textContent = text; }, 50);
}

// state shows how the draft is kept: 'ok' with the server's words, 'busy', or 'bad'.
function state(how, text) {
  $('saved').hidden = how === 'bad';
  $('unsaved').hidden = how !== 'bad';
  if (how === 'busy') $('saved').textContent = 'Saving…';
  if (how === 'bad') $('unsaved-why').textContent = text;
}

// mark says on the page whether anything is not saved yet.
function mark() {
  document.documentElement.dataset.unsaved = dirty.size || waiting || failed || busy ? 'yes' : 'no';
}

// --- changes

const adding = (el) => el.closest('[data-row]'); // a new row is saved when it is complete, not at its first letter
const half = (row) => [...row.querySelectorAll('input')].filter((el) => el.value.trim()).length === 1;

// pair is the row of two numbers in which one is still missing; with one alone nothing can be saved, and nothing is wrong.
function pair(el) {
  const row = el.closest('[data-pair]');
  return row && half(row) ? row : null;
}

const late = (el) => adding(el) || pair(el);

// hints says beside such a row what it waits for.
function hints() {
  for (const row of document.querySelectorAll('[data-pair]')) {
    row.querySelector('[data-waits]').hidden = !half(row) || ![...dirty].some((el) => row.contains(el));
  }
}

// undecided reports whether there are two texts of which nobody has chosen one: nothing is sent before that.
const undecided = (form) => [...form.querySelectorAll('[data-picks] fieldset')].some((f) => !f.querySelector(':checked'));
const worth = (el) => (el.type === 'checkbox' || el.type === 'radio' ? String(el.checked) : el.value);

function changed(e) {
  const el = e.target;
  const form = el.form;
  if (!form || !form.matches('form[data-save]') || el.closest('[data-only]')) return;
  if (e.type === 'change' && !dirty.has(el) && last.get(el) === worth(el)) return;
  dirty.add(el);
  if (!late(el) && !undecided(form)) soon(form);
  hints();
  mark();
}

function soon(form) {
  clearTimeout(timer);
  waiting = form;
  timer = setTimeout(() => { flush(true); }, pause);
}

// left saves a new row when the focus goes elsewhere.
function left(e) {
  const row = e.target.closest && adding(e.target);
  if (!row || row.contains(e.relatedTarget)) return;
  if ([...row.querySelectorAll('input, textarea')].some((el) => dirty.has(el) && el.value.trim())) soon(e.target.form);
}

// flush sends what waits; the promise tells whether nothing is unsaved now. Patiently, half a pair is not sent.
function flush(patient) {
  clearTimeout(timer);
  const form = waiting || (failed && failed.form) || (dirty.size ? editor() : null);
  waiting = null;
  if (!form || !form.isConnected || undecided(form)) return line.then(() => !failed && !refused);
  return send(form, null, null, patient);
}

// --- sending

// packed is what is sent of a form. Patiently, half a pair travels as it stands in the draft.
function packed(form, patient) {
  const body = new URLSearchParams(new FormData(form));
  if (!patient) return body;
  const rows = [...form.querySelectorAll('[data-pair]')].filter(half);
  for (const name of new Set(rows.flatMap((row) => [...row.querySelectorAll('input')].map((el) => el.name)))) {
    body.delete(name);
    for (const el of form.elements) if (el.name === name) body.append(name, pair(el) ? el.defaultValue : el.value);
  }
  return body;
}

// send posts a form after all that was sent before, then takes over the answer.
function send(form, button, extra, patient) {
  busy += 1;
  mark();
  const run = async () => {
    if (!form.isConnected) return false;
    const body = packed(form, patient);
    if (button && button.name) body.append(button.name, button.value);
    for (const [k, v] of Object.entries(extra || {})) body.append(k, v);
    const sent = [...dirty].filter((el) => el.form === form && !(patient && pair(el)));
    for (const el of sent) { dirty.delete(el); last.set(el, worth(el)); }
    state('busy');
    const answer = await ask(form.action, { method: 'POST', body });
    if (answer) return take(answer, sent, button || extra);
    for (const el of sent) dirty.add(el);
    failed = { form, button, extra, patient };
    return false;
  };
  const end = (ok) => { busy -= 1; mark(); return ok; };
  line = line.then(run, run).then(end, () => end(false));
  return line;
}

// ask gives {doc, url, status}, or null after saying why there is no answer.
async function ask(url, options) {
  let r;
  try {
    r = await fetch(url, { ...options, headers: { Accept: 'text/html' }, credentials: 'same-origin' });
  } catch {
    state('bad', navigator.onLine === false ? 'No signal.' : 'The server did not answer.');
    return null;
  }
  const doc = new DOMParser().parseFromString(await r.text(), 'text/html');
  if (doc.querySelector('[data-builder]')) return { doc, url: r.url, status: r.status };
  if (r.status === 401 || r.redirected && new URL(r.url).pathname === '/sign-in') state('bad', 'You are signed out. Sign in in another tab.');
  else if (r.ok && !(options && options.method)) location.assign(r.url); // another page: go there
  else state('bad', (doc.querySelector('main h1') || doc.body).textContent.trim().slice(0, 120));
  return null;
}

// take puts the answer in place. What was typed since it was sent stays, and so does what is being typed now.
function take({ doc, url, status }, sent, moved) {
  failed = null;
  const opened = openOf(document);
  const focused = document.activeElement;
  const typing = focused && focused.form && !moved;
  const lost = $('lost');
  refused = status >= 400;
  if (moved && /^place:/.test(moved.do || '')) doc.querySelectorAll('#main > .notice[role=status]').forEach((n) => n.remove()); // it was told already
  morph($('main'), doc.getElementById('main'), (el, fresh) => mine(el, fresh, typing && focused));
  carry([...dirty].filter((el) => !el.isConnected));
  for (const el of dirty) if (!el.isConnected) dirty.delete(el);
  document.title = doc.title;
  if (url && status < 400) history[moved && openOf(document) !== opened ? 'pushState' : 'replaceState'](null, '', clean(url));
  state('ok');
  if (status >= 400 && $('saved').dataset.bad) state('bad', $('saved').dataset.bad);
  look();
  tell(doc, moved);
  if ($('lost') && !lost) $('lost').focus(); // the card is gone from under the hands of whoever typed
  else if (moved) settle(opened, focused);
  if ([...dirty].some((el) => !late(el))) soon(editor());
  hints();
  return status < 400;
}

// mine says whose value a control keeps. While something is typed that was not sent, the revision that it was typed
// upon stays: should somebody else have changed the same, the server sees it.
function mine(el, fresh, focused) {
  if (dirty.has(el)) return true;
  if (el.name === 'rev' && el.form && [...dirty].some((d) => d.form === el.form)) return true;
  return el === focused && !late(el) && el.value.trim() === fresh.value.trim();
}

const openOf = (doc) => (doc.querySelector('[data-open]') || { id: '' }).id;
const clean = (url) => { const u = new URL(url); return u.pathname + u.search; };

// tell says what a step did, or what is asked; what still is the matter is not said at every save.
function tell(doc, asked) {
  const notice = doc.querySelector('#main > .notice[role=status], [data-ask] h2, .error-summary li');
  const words = notice ? notice.textContent.trim() : '';
  if (words && (asked || words !== told)) say(words);
  told = words;
}

// carry takes along what was typed after its part was found gone, for whoever adds it again.
function carry(strays) {
  const form = document.querySelector('form[data-back]');
  for (const el of form ? strays : []) {
    const own = [...form.elements].filter((x) => x.name === el.name);
    if (own.length === 1 && el.type !== 'checkbox' && el.type !== 'radio') own[0].value = el.value;
  }
}

// settle puts the focus where the work goes on: a question that is asked, a card that was opened, or where it was.
function settle(opened, was) {
  const question = document.querySelector('[data-ask]');
  const card = document.querySelector('[data-open]');
  if (question) question.focus();
  else if (card && card.id !== opened) first(card);
  else if (was && was.isConnected && was !== document.body) was.focus();
  else if (was && was.id && $(was.id)) $(was.id).focus();
  else if (card) first(card);
}

function first(card) {
  const field = card.querySelector('[data-first]') || card.querySelector('input:not([type=hidden]), textarea, select');
  if (field) field.focus({ preventScroll: true });
  card.scrollIntoView({ block: 'nearest' });
}

// look shows the new draft in the preview, unless nobody sees it.
function look() {
  const frame = $('look');
  if (!frame || !frame.offsetParent) return;
  const want = new URL(frame.dataset.src, location.href).href;
  try { frame.contentWindow.location.replace(want); } catch { frame.src = want; }
}

// --- what a person does

// pressed sends the form of a button here instead of leaving the page.
function pressed(e) {
  const form = e.target;
  const button = e.submitter;
  if (!form.matches('form[data-save], form[data-act]')) return;
  e.preventDefault();
  clearTimeout(timer);
  if (form.matches('[data-save]')) { waiting = null; send(form, button || { name: '', value: '' }); return; }
  const go = () => send(form, button || { name: '', value: '' });
  if ([...dirty].some(pair)) { flush().then((ok) => (ok || again(button) ? go() : null)); return; }
  if (waiting || dirty.size) flush();
  go();
}

// again says that something would be lost, and whether that was said before: once more, and it is left.
function again(to) {
  if (warned === to) { warned = ''; return true; }
  warned = to;
  if (!failed) state('bad', 'Something here is not saved yet. Once more to leave it.');
  const wrong = document.querySelector('[aria-invalid], [data-ask]');
  if (wrong) wrong.focus();
  return false;
}

// went follows a link to another part of the builder.
async function went(e) {
  const a = e.target.closest && e.target.closest('a[data-go]');
  if (!a || e.defaultPrevented || e.button !== 0 || e.metaKey || e.ctrlKey || e.shiftKey || e.altKey) return;
  e.preventDefault();
  if (a.matches('[data-leave]')) { dirty.clear(); failed = null; refused = false; } // somebody decided
  await visit(a.href, true);
}

async function visit(url, push) {
  if (!(await flush()) && push && !again(url)) return;
  warned = '';
  const opened = openOf(document);
  const answer = await ask(url);
  if (!answer) return;
  dirty.clear();
  failed = null;
  refused = false;
  mark();
  morph($('main'), answer.doc.getElementById('main'), () => false);
  state('ok');
  document.title = answer.doc.title;
  if (push) history.pushState(null, '', clean(answer.url));
  look();
  settle(opened, null);
}

const retry = () => (failed ? send(failed.form, failed.button, failed.extra, failed.patient) : flush());

document.addEventListener('input', changed);
document.addEventListener('change', changed);
document.addEventListener('focusout', left);
document.addEventListener('submit', pressed);
document.addEventListener('click', went);
document.addEventListener('click', (e) => { if (e.target.closest && e.target.closest('#unsaved')) retry(); });
addEventListener('online', () => { if (failed) retry(); });
addEventListener('popstate', () => visit(location.href, false));
addEventListener('beforeunload', (e) => { if (dirty.size || failed || waiting || refused) { flush(true); e.preventDefault(); } });
reorder({ say, move: (what, place) => send($('moves'), null, { do: `place:${what}:${place}` }) });
mark();
if (!location.hash && document.querySelector('[data-open]')) document.querySelector('[data-open]').scrollIntoView({ block: 'start' });
document.documentElement.dataset.builder = 'ready';

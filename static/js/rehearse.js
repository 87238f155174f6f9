// A section of a checklist that is looked at or tried out: questions come and go as on a visit. Nothing is kept on the
// phone and nothing is sent by this file: a test run is a form that is saved by its buttons, and a preview remembers what
// was answered only while its tab is open.
import { missing, parts, progress, read, shown, typed, wantsComment } from './checklist.js';

const $ = (id) => document.getElementById(id);
const form = $('section');
const data = JSON.parse($('try').dataset.of);
const cards = new Map([...form.querySelectorAll('[data-question]')].map((el) => [el.dataset.question, el]));
const questions = new Map(data.form.sections.flatMap((s) => s.questions).map((q) => [q.id, q]));
const report = { answers: new Map(Object.entries(data.answers || {})), photos: new Map(Object.entries(data.photos || {})) };

const ticked = (f) => f.type === 'radio' || f.type === 'checkbox';
const fieldsOf = (el) => [...el.querySelectorAll(`[name="a.${CSS.escape(el.dataset.question)}"]`)];
const values = (el) => fieldsOf(el).filter((f) => (ticked(f) ? f.checked : f.value.trim() !== '')).map((f) => f.value);
const alone = (f) => f.closest('[data-extra]') || 'exclusive' in f.dataset;
const clear = (f) => { if (ticked(f)) f.checked = false; else f.value = ''; };

// exclude clears what cannot stand beside the field that was just changed.
function exclude(field) {
  const others = fieldsOf(field.closest('[data-question]')).filter((f) => f !== field);
  if (ticked(field) && field.checked && alone(field)) others.forEach(clear);
  else if (ticked(field) ? field.checked : field.value !== '') others.filter((f) => f.type === 'checkbox' && alone(f)).forEach(clear);
}

// take reads a question's fields; what cannot be read is not there.
function take(el) {
  const q = questions.get(el.dataset.question);
  if (!q) return;
  let v = null;
  try { v = read(q, values(el)); } catch { /* said when it is saved */ }
  if (missing(v)) report.answers.delete(q.id);
  else report.answers.set(q.id, v);
}

// fill puts a remembered answer into its fields.
function fill(el) {
  const q = questions.get(el.dataset.question);
  const given = q ? typed(q, report.answers.get(q.id)) : [];
  const text = given.find((v) => v !== 'na' && v !== 'not_observed') || '';
  for (const f of fieldsOf(el)) {
    if (ticked(f)) f.checked = given.includes(f.value);
    else f.value = text;
  }
}

// refresh shows, hides, counts and numbers.
function refresh() {
  const seen = shown(data.form, data.context, report.answers);
  for (const [id, el] of cards) {
    el.hidden = !seen.questions.has(id);
    const box = el.querySelector('[data-comment]');
    if (box) box.hidden = box.querySelector('textarea').value === '' && !wantsComment(questions.get(id), report.answers.get(id));
  }
  $('unasked').hidden = [...cards.keys()].some((id) => seen.questions.has(id));
  const all = parts(data.form, seen, data.stage);
  const at = all.findIndex((s) => s.id === form.dataset.section);
  const [done, asked] = at < 0 ? [0, 0] : progress(all[at], seen, report);
  $('where').textContent = at < 0 ? '' : `Section ${at + 1} of ${all.length}`;
  $('answered').textContent = at < 0 ? '' : `${done} of ${asked} answered`;
}

// The tab remembers a preview's answers, so that conditions on another section can be tried.
const box = data.keep;
const remembered = () => { try { return JSON.parse(sessionStorage.getItem(box) || '{}'); } catch { return {}; } };
const remember = () => { try { sessionStorage.setItem(box, JSON.stringify(Object.fromEntries(report.answers))); } catch { /* then only this section knows */ } };

// fits says whether a remembered answer is still one: the draft may have changed meanwhile.
function fits(id, v) {
  const q = questions.get(id);
  if (!q) return false;
  try { return JSON.stringify(read(q, typed(q, v))) === JSON.stringify(v); } catch { return false; }
}

if (box) {
  for (const [id, v] of Object.entries(remembered())) if (fits(id, v)) report.answers.set(id, v);
  for (const el of cards.values()) fill(el);
} else {
  for (const el of cards.values()) if (values(el).length) take(el); // what was answered while this file was on its way
}

function changed({ target }) {
  const el = target.closest('[data-question]');
  if (!el || !target.name) return;
  if (target.name.startsWith('a.')) exclude(target);
  take(el);
  refresh();
  if (box) remember();
}

form.addEventListener('input', changed);
form.addEventListener('change', changed);
if (box) form.addEventListener('submit', (event) => event.preventDefault());
refresh();

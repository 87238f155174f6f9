// A section of the checklist while it is on screen: shows and hides questions as the server will on the next save,
// opens the words beside an answer that asks for them, and keeps answers that exclude each other apart.
// Without this file the same happens when the section is saved.
import { evaluate } from './conditions.js';

const form = document.getElementById('section');
const env = JSON.parse(form.dataset.env);
const questions = new Map([...form.querySelectorAll('[data-question]')].map((el) => [el.dataset.question, el]));

// fieldsOf gives the answer inputs of a question, not those of its comment.
const fieldsOf = (el) => [...el.querySelectorAll(`[name="a.${CSS.escape(el.dataset.question)}"]`)];
const ticked = (f) => f.type === 'radio' || f.type === 'checkbox';

// chosen gives what would be posted for a question.
function chosen(el) {
  return fieldsOf(el).filter((f) => (ticked(f) ? f.checked : f.value.trim() !== '')).map((f) => f.value.trim());
}

// number reads a typed number, or minutes and seconds.
function number(text) {
  const clock = /^(\d+):([0-5]?\d)$/.exec(text);
  if (clock) return Number(clock[1]) * 60 + Number(clock[2]);
  const n = Number(text.replace(',', '.'));
  return text === '' || Number.isNaN(n) ? undefined : n;
}

// wire gives a question's answer as the server would store it, undefined when there is none.
function wire(el) {
  const values = chosen(el);
  if (el.querySelector('input[name^="kind."]')) {
    return values.includes('na') || values.includes('not_observed') ? values[0] : values.length ? values : undefined;
  }
  if (values.length === 0) return undefined;
  const value = values[values.length - 1];
  const numeric = el.querySelector('.scale') || el.querySelector('input[inputmode="decimal"]') || el.querySelector('.unit');
  return numeric && value !== 'na' && value !== 'not_observed' ? number(value) : value;
}

// answer is what a condition may ask: a question of this page, or one of an earlier page.
function answer(id) {
  const el = questions.get(id);
  if (!el) return env.answers[id];
  return el.hidden ? undefined : wire(el);
}

// refresh goes down the page once: conditions only look back, so one pass is enough.
function refresh() {
  const seen = [];
  let asked = 0;
  let answered = 0;
  for (const [id, el] of questions) {
    if (el.dataset.show) el.hidden = !evaluate(JSON.parse(el.dataset.show), { ...env.context, answer });
    if (!el.hidden) {
      seen.push(id);
      asked += 1;
      if (chosen(el).length > 0 || 'photos' in el.dataset) answered += 1;
    }
    const comment = el.querySelector('[data-comment]');
    if (comment && comment.querySelector('textarea').value === '') {
      const when = comment.dataset.comment.split(' ');
      comment.hidden = !(when[0] === '*' ? chosen(el).length > 0 : chosen(el).some((v) => when.includes(v)));
    }
    if (comment && !comment.hidden) seen.push(`${id}.comment`);
  }
  form.querySelector('[name="seen"]').value = seen.join(' ');
  document.getElementById('answered').textContent = `${answered} of ${asked} answered`;
}

// exclude clears what cannot stand beside the field that was just changed.
function exclude(field) {
  const el = field.closest('[data-question]');
  if (!el || !field.name.startsWith('a.')) return;
  const others = fieldsOf(el).filter((f) => f !== field);
  const extra = field.closest('[data-extra]');
  if (ticked(field) && field.checked && (extra || 'exclusive' in field.dataset)) {
    for (const f of others) {
      if (ticked(f)) f.checked = false;
      else f.value = '';
    }
  } else if (ticked(field) ? field.checked : field.value !== '') {
    for (const f of others) {
      if (f.type === 'checkbox' && (f.closest('[data-extra]') || 'exclusive' in f.dataset)) f.checked = false;
    }
  }
}

// unsaved says so: what was just answered is on this page only until the section is left by one of its buttons.
function unsaved() {
  const chip = document.getElementById('chip');
  chip.className = 'chip wait';
  chip.querySelector('span').textContent = 'Not sent yet';
}

function changed(event) {
  exclude(event.target);
  refresh();
  unsaved();
}

form.addEventListener('input', changed);
form.addEventListener('change', changed);
refresh();

// What a checklist asks and shows, and how answers are read, worked out on the phone exactly as by internal/programme on the server:
// internal/programme/phone_form_test.go holds both against each other. Nothing here touches the page or keeps anything.
//
// form:    {sections, stages, taps}, what programme.PhoneForm gives.
// answers: a Map from question id to what stands on the wire ("yes", 4, ["a"], "14:05", "na", "not_observed").
import { evaluate } from './conditions.js';

const blank = '[\\t-\\r \\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000]+';
const edges = new RegExp(`^${blank}|${blank}$`, 'g');
export const trim = (s) => s.replace(edges, '');
export const reserved = (a) => a === 'na' || a === 'not_observed';
export const missing = (a) => a === undefined || a === null;
export const photoKind = (q) => q.kind === 'photo' || q.kind === 'receipt';

// shown gives the ids of what a visit sees with these answers. Conditions look back only, so one walk is enough.
export function shown(form, context, answers) {
  const sections = new Set();
  const questions = new Set();
  const env = { ...context, answer: (id) => (questions.has(id) ? answers.get(id) : null) };
  for (const s of form.sections) {
    if (s.show && !evaluate(s.show, env)) continue;
    sections.add(s.id);
    for (const q of s.questions) if (!q.show || evaluate(q.show, env)) questions.add(q.id);
  }
  return { sections, questions };
}

// parts gives the sections of a stage that are on show; "" is all stages.
export const parts = (form, seen, stage) => form.sections.filter((s) => seen.sections.has(s.id) && (!stage || s.stage === stage));

// stageNow gives the part of the visit that is being filled in: the first that is not sent, "" without parts.
export const stageNow = (pack, sealed) => (pack.stages.find((s) => !sealed.includes(s.id)) || { id: '' }).id;

// progress counts the questions on show in a section, and those that have an answer or a photo.
export function progress(section, seen, report) {
  const asked = section.questions.filter((q) => seen.questions.has(q.id));
  const done = asked.filter((q) => !missing(report.answers.get(q.id)) || (photoKind(q) && report.photos.get(q.id) > 0));
  return [done.length, asked.length];
}

// wantsComment says whether an answer needs words beside it.
export function wantsComment(q, a) {
  if (!q.comment || missing(a)) return false;
  return q.comment.when === '*' || (q.comment.fail && fails(q, a)) || matches(a, q.comment.when);
}

function matches(a, when) {
  if (typeof a === 'number') return when.some((w) => { const [n, bad] = decimal(w, 4); return !bad && n === whole(a); });
  return [].concat(a).some((c) => when.includes(c));
}

// whole gives a number in ten-thousandths, in which it is exact.
const whole = (a) => Math.round(a * 10000);

export function fails(q, a) {
  const f = q.fails;
  if (!f || reserved(a)) return false;
  if (f.codes) return f.codes.includes(a);
  if (f.points) return earned(q, f, a) < f.need;
  if (f.bands) return Boolean((f.bands.find((b) => b.up_to === undefined || whole(a) <= b.up_to) || {}).fails);
  return whole(a) < f.under;
}

// earned adds the chosen options' points; an exclusive one counts alone.
function earned(q, f, codes) {
  let sum = 0;
  for (const o of q.options.filter((x) => codes.includes(x.code))) {
    if (o.exclusive) return Math.max(0, f.points[o.code]);
    sum += f.points[o.code];
  }
  return Math.max(0, sum);
}

const both = new Error('You answered this twice. Which is right?');
const none = new Error('Choose one of the answers.'); // no page offers another one

// read gives the wire value of what was typed or ticked for a question, null for nothing, or throws a whole sentence.
export function read(q, values) {
  const given = values.filter((v) => trim(v) !== '');
  if (given.length === 0) return null;
  const word = trim(given[0]);
  if (q.kind === 'multi' && (given.length > 1 || !reserved(word))) return several(q, given);
  if (given.length > 1) throw both;
  if (reserved(word)) return state(q, word);
  switch (q.kind) {
    case 'number': case 'duration': case 'money': return number(q, word);
    case 'rating': return step(q, word);
    case 'time': return time(word);
    case 'date': return date(word);
    case 'text': case 'staff_name': case 'photo': case 'receipt': return given[0].replace(/\r\n/g, '\n'); // what cannot be seen in it is taken out when it is kept
  }
  if (!q.options.some((o) => o.code === word)) throw none;
  return word;
}

function state(q, word) {
  if (word === 'na' ? q.na : q.not_seen) return word;
  if (q.kind === 'text' || q.kind === 'staff_name') throw new Error('These are words with a meaning of their own here. Write a few words, or leave it.');
  throw none;
}

function several(q, given) {
  if (given.some(reserved)) throw both;
  if (given.some((c) => !q.options.some((o) => o.code === c))) throw none;
  const chosen = q.options.filter((o) => given.includes(o.code));
  const alone = chosen.find((o) => o.exclusive);
  return (alone ? [alone] : chosen).map((o) => o.code);
}

function step(q, s) {
  const [n, bad] = decimal(s, 0);
  if (bad || n < q.scale[0] || n > q.scale[1]) throw none;
  return n;
}

// decimal reads -12.50 as an integer of 10^-places; the second says what is wrong with it.
function decimal(s, places) {
  const m = /^(-?)([0-9]+)(?:\.([0-9]+))?$/.exec(s);
  if (!m) return [0, 'number'];
  const fraction = (m[3] || '').replace(/0+$/, '');
  if (fraction.length > places) return [0, 'places'];
  const head = m[2].replace(/^0+/, '');
  if (head.length > 12) return [0, 'large'];
  const n = Number(head + fraction.padEnd(places, '0'));
  return [n && m[1] ? -n : n, ''];
}

const likeThis = (q) => (q.kind === 'money' ? 'Write the amount, such as 6.50.'
  : q.kind === 'duration' && q.unit !== 'min' && q.unit !== 'h' ? 'Write how long it took as 1:42, or as a number.' : 'This question takes a number, such as 4 or 6.5.');

// The signs of money that may stand before or behind an amount.
const money = '[$\\xa2-\\xa5\\u058f\\u060b\\u09f2\\u09f3\\u0e3f\\u17db\\u20a0-\\u20c0\\ufdfc\\uff04\\uffe0-\\uffe6\\s\\x85]+';
const marks = new RegExp(`^${money}|${money}$`, 'g');

function number(q, typed) {
  if (q.kind === 'duration' && typed.includes(':')) return stopwatch(q, typed);
  const s = q.kind === 'money' ? typed.replace(marks, '') : typed;
  const [n, bad] = decimal(point(s), 4);
  if (bad === 'places') throw new Error('At most four decimals are kept. Round it.');
  if (bad === 'number') throw new Error(likeThis(q));
  if (bad || Math.abs(n) > 1e13) throw new Error('This number is larger than any answer. Look at it again.');
  if (n < 0 && q.kind !== 'number') throw new Error('This cannot be less than 0.');
  if (n % 100 !== 0 && q.kind === 'money') throw new Error('An amount has at most two decimals.');
  return n / 10000;
}

// point makes a decimal comma a point. Three digits behind a comma could be thousands: that is asked, not guessed.
function point(typed) {
  let s = typed.replace(/^\+/, '');
  if (/^[.,]/.test(s)) s = `0${s}`;
  const at = s.indexOf(',');
  if (at < 0) return s;
  const [head, tail] = [s.slice(0, at), s.slice(at + 1)];
  if (head.includes('.') || /[.,]/.test(tail) || (tail.length === 3 && head !== '0' && head !== '-0')) {
    throw new Error('Write the number without a mark for thousands: 1234 or 1.5.');
  }
  return `${head}.${tail}`;
}

const unitSeconds = (q) => ({ min: 60, h: 3600 })[q.unit] || 1;

// stopwatch reads m:ss or h:mm:ss, for a question in hours h:mm too.
function stopwatch(q, s) {
  const p = s.split(':');
  if (p.length === 2 && q.unit === 'h') p.push('00');
  if (p.length === 2) p.unshift('0');
  const n = p.map((x) => decimal(x, 0));
  if (p.length !== 3 || n.some(([v, bad], i) => bad || v < 0 || p[i].length > 4) || n[2][0] > 59 || p[2].length !== 2 || (n[1][0] > 59 && p[0] !== '0')) {
    throw new Error('Write how long it took as 1:42, or as a number.');
  }
  return lasting(q, n[0][0] * 3600 + n[1][0] * 60 + n[2][0]);
}

// lasting gives seconds in the question's unit, rounded half up to four decimals.
export const lasting = (q, seconds) => Math.floor((2 * seconds * 10000 + unitSeconds(q)) / (2 * unitSeconds(q))) / 10000;

function time(typed) {
  let s = typed;
  if (/^.{5}:[0-5][0-9]$/.test(s)) s = s.slice(0, 5);
  if (/^.:..$/.test(s)) s = `0${s}`;
  if (!/^([01][0-9]|2[0-3]):[0-5][0-9]$/.test(s)) throw new Error('Write the time as 14:05.');
  return s;
}

function date(s) {
  const d = /^[0-9]{4}-[0-9]{2}-[0-9]{2}$/.test(s) ? new Date(`${s}T00:00:00Z`) : new Date(NaN);
  if (Number.isNaN(d.getTime()) || d.toISOString().slice(0, 10) !== s || s < '1900' || s >= '2200') throw new Error('Write the date as 2026-11-21.');
  return s;
}

// typed gives an answer in the form in which the page posts it, the inverse of read.
export function typed(q, a) {
  if (missing(a)) return [];
  if (typeof a !== 'number') return [].concat(a);
  const clock = q.kind === 'duration' && (q.unit || 's') === 's' && Number.isInteger(a) && a < 600000;
  return [clock ? `${Math.floor(a / 60)}:${String(a % 60).padStart(2, '0')}` : String(a)];
}

// "Check and send" and "Find a question" from what the phone knows, with or without signal: what is answered, what is
// missing, and sending, which happens by itself when there is signal.
import * as store from './store.js';
import * as outbox from './outbox.js';
import { missing, parts, photoKind, progress, read, shown, stageNow } from './checklist.js';
import { early, gaps } from './gaps.js';
import { $, chip, choose, notice, plural, say, signal, theme, truth, wear, word } from './truth.js';

const page = $('check') || $('contents');
const { visit } = page.dataset;
const base = `/visits/${visit}`;
let sub = null;
let pack = null;
let first = 0; // when the first answer was given, ms by the phone's clock; 0 while there is none
let pressed = false; // the shopper has asked to send, so what is missing is said aloud
let part = ''; // the part that was sent from this page

// stage is the part of the visit that is being filled in, '' without parts.
const stage = () => stageNow(pack, sub.sealed);

// report gathers what the phone knows, by question.
async function report() {
  const [fields, photos] = await Promise.all([store.fields(sub), store.photos(sub)]);
  const r = { answers: new Map(), comments: new Map(), photos: new Map(), twice: [] };
  const given = [...fields.values()].filter((f) => !missing(f.value)).map((f) => Date.parse(f.at));
  first = given.length ? Math.min(...given) : 0;
  for (const [field, { value, others }] of fields) {
    if (others.length) r.twice.push(field.replace(/\.comment$/, ''));
    if (missing(value) || field.startsWith('tap.')) continue;
    if (field.endsWith('.comment')) r.comments.set(field.slice(0, -8), value);
    else r.answers.set(field, value);
  }
  for (const p of photos) r.photos.set(p.q, (r.photos.get(p.q) || 0) + 1);
  return r;
}

// redraw replaces what an element holds when it would say something else: nobody's finger or focus is on a thing that goes.
function redraw(el, of, make) {
  const now = JSON.stringify(of);
  if (el.drawn === now) return;
  el.drawn = now;
  el.replaceChildren(...make());
}

const copyOf = (id) => $(id).content.cloneNode(true).firstElementChild;

// waits says why the part cannot be sent yet, '' when it can: what it asks about has not happened.
function waits() {
  const o = early(pack.opens, stage(), sub.sealed, first && first - pack.ahead, Date.now() - pack.ahead);
  const titled = (id) => pack.stages.find((s) => s.id === id).title;
  return o ? `“${titled(stage())}” cannot be sent yet. ${opening(o, titled)}. What you answered is kept.` : '';
}

function opening(o, titled) {
  if (o.event) return `Opens when you have said that this happened: ${o.event}`;
  if (o.after) return `Opens when “${titled(o.after)}” is sent`;
  if (!o.at) return 'Opens some time after your first answer';
  const day = { weekday: 'long', day: 'numeric', month: 'long', hour: '2-digit', minute: '2-digit', timeZone: pack.visit.zone };
  return `Opens ${new Date(o.at).toLocaleString(document.documentElement.lang, day)}`;
}

// lacking lists what keeps the report from being sent: gaps, two answers to one question, and what cannot be read.
async function lacking(r) {
  const seen = shown(pack, pack.context, r.answers);
  const all = gaps(pack, pack.context, r, stage());
  const drafts = await store.scratches(sub);
  for (const s of parts(pack, seen, stage())) {
    for (const q of s.questions.filter((x) => seen.questions.has(x.id))) {
      const add = (message) => all.push({ section: s.id, question: q.id, kind: 'answer', message });
      if (r.twice.includes(q.id)) add('You answered this twice. Which is right?');
      if (drafts.has(q.id)) try { read(q, JSON.parse(drafts.get(q.id))); } catch (err) { add(err.message); }
    }
  }
  return all;
}

const textOf = (id) => pack.sections.flatMap((s) => s.questions).find((q) => q.id === id).text;

// --- find a question

async function contents() {
  const r = await report();
  const seen = shown(pack, pack.context, r.answers);
  const all = parts(pack, seen, stage());
  redraw(page, [all.map((s) => progress(s, seen, r)), [...seen.questions], [...r.answers.keys()]], () => all.map((s, i) => section(s, i, seen, r)));
  await tray();
}

function section(s, i, seen, r) {
  const el = copyOf('part');
  const [done, asked] = progress(s, seen, r);
  const a = el.querySelector('a');
  a.textContent = s.title;
  a.href = `${base}/s/${s.id}`;
  el.querySelector('.muted').textContent = `${done} of ${asked}`;
  s.questions.forEach((q, k) => { if (seen.questions.has(q.id)) el.querySelector('ul').append(line(s, q, `${i + 1}.${k + 1}`, r)); });
  return el;
}

function line(s, q, number, r) {
  const li = copyOf('line');
  const [no, text] = li.querySelectorAll('span span');
  no.textContent = number;
  text.textContent = q.text;
  li.querySelector('a').href = `${base}/s/${s.id}#q-${q.id}`;
  if (r.answers.has(q.id) || (photoKind(q) && r.photos.get(q.id))) li.querySelector('a').append($('done').content.cloneNode(true));
  return li;
}

// tray shows all photos of the visit in one place.
async function tray() {
  const all = await store.photos(sub);
  $('tray').hidden = all.length === 0;
  const thumbs = await Promise.all(all.map(async (p, i) => {
    const li = copyOf('thumb');
    const s = pack.sections.find((x) => x.questions.some((q) => q.id === p.q));
    li.querySelector('img').src = await p.url();
    li.querySelector('img').alt = `Photo ${i + 1}: ${s ? textOf(p.q) : ''}`;
    if (s) li.querySelector('a').href = `${base}/s/${s.id}#q-${p.q}`;
    li.querySelector('.fine').textContent = p.done ? word('sent') : 'on phone';
    return li;
  }));
  redraw($('tray').querySelector('ul'), all.map((p) => [p.id, p.done]), () => thumbs);
}

// --- check and send

async function check() {
  const r = await report();
  const seen = shown(pack, pack.context, r.answers);
  const all = parts(pack, seen, stage());
  const counts = all.map((s) => progress(s, seen, r));
  const sum = (k) => counts.reduce((n, c) => n + c[k], 0);
  const photos = [...r.photos.values()].reduce((n, c) => n + c, 0);
  $('count').textContent = `${sum(0)} of ${sum(1)} answered${photos ? `, ${plural(photos, 'photo', 'photos')}` : ''}.`;
  $('count').hidden = false;
  const lacks = await lacking(r);
  $('missing').hidden = lacks.length === 0;
  const wait = waits();
  notice('early', wait);
  $('whole').hidden = lacks.length > 0 || wait !== '';
  $('missing-title').textContent = `Still missing: ${lacks.length}`;
  list($('missing').querySelector('ul'), lacks);
  $('dock').querySelector('[form="seal"]').disabled = false;
  if (all.length) $('back').href = `${base}/s/${all[all.length - 1].id}`;
  if (!lacks.length) pressed = false;
  document.title = `${pressed ? 'Error: ' : ''}${theme() === 'discreet' ? 'Notes' : 'Check and send · Lists'}`;
  return lacks;
}

// list puts gaps into the lines that are there, so that no line goes from under a finger.
function list(ul, lacks) {
  lacks.forEach((g, i) => gap(g, ul.children[i] || ul.appendChild(copyOf('gap'))));
  while (ul.children.length > lacks.length) ul.lastElementChild.remove();
}

function gap(g, li) {
  const [question, message] = li.querySelectorAll('span span');
  question.textContent = textOf(g.question);
  message.textContent = g.message;
  li.querySelector('a').href = `${base}/s/${g.section}#q-${g.question}`;
}

// send seals what is here. What is missing is named instead, and heard.
async function send() {
  pressed = true;
  const lacks = await check();
  if (lacks.length || !$('early').hidden) {
    $(lacks.length ? 'missing' : 'early').focus();
    return;
  }
  try {
    await store.seal(sub, stage() || null);
  } catch (err) {
    notice('problem', err.message);
    return;
  }
  await show();
  outbox.sendNow(sub).then(show, show);
}

// show draws what the report is now: to be checked, waiting for signal, or sent.
async function show() {
  const st = await store.status(sub);
  if (st.state === 'sealed') part = st.stage || '';
  const receipt = st.state === 'received' ? st.receipt : part && st.receipts.find((r) => r.stage === part);
  const view = receipt ? 'sent' : st.state === 'sealed' ? 'waiting' : 'check';
  for (const id of ['check', 'waiting', 'sent']) $(id).hidden = id !== view;
  $('dock').hidden = view !== 'check';
  notice('problem', st.problem && (view !== 'check' || !['missing', 'conflict'].includes(st.problem.kind)) ? st.problem.message : '');
  if (view === 'check') await check();
  if (view === 'waiting') waiting(st);
  if (view === 'sent') sent(st, receipt);
  chip(...truth(st));
}

function waiting(st) {
  const photos = st.photos - st.photosDone;
  $('waiting-what').textContent = st.problem && st.problem.kind === 'signin' ? 'Sign in to send.'
    : `On this phone: ${plural(st.unsent.answers, 'answer', 'answers')}${photos ? `, ${plural(photos, 'photo', 'photos')}` : ''} to send.`;
  if (document.activeElement === document.body) $('waiting').focus();
}

let told = '';

function sent(st, receipt) {
  const at = new Date(receipt.received).toLocaleTimeString('en-GB', { hour: '2-digit', minute: '2-digit', timeZone: pack.visit.zone });
  const what = `${plural(st.answers, 'answer', 'answers')}, ${plural(st.photos, 'photo', 'photos')}, ${at}.`;
  $('receipt').textContent = receipt.code;
  $('sent-what').textContent = what;
  $('sent-proof').textContent = receipt.verdict === 'verified' ? 'This phone has checked it: what arrived is what you wrote.' : `Check it at ${location.host}/receipt.`;
  const next = st.state === 'received' ? null : pack.stages.find((s) => !st.sealed.includes(s.id));
  $('sent-title').textContent = next ? 'This part is sent' : 'Sent';
  $('sent-next').hidden = !next;
  $('sent-next').textContent = next ? `Next comes: ${next.title}. You find it under My visits when it is time.` : '';
  const text = `Receipt ${receipt.code}. ${what} ${location.origin}/receipt/${receipt.code}`;
  $('save').onclick = () => download(text, receipt.code);
  $('share').hidden = !navigator.share;
  $('share').onclick = () => navigator.share({ text }).catch(() => {});
  if (told === receipt.code) return;
  told = receipt.code;
  say(`Sent. Receipt ${receipt.code}.`);
  $('sent').focus();
}

function download(text, code) {
  const a = Object.assign(document.createElement('a'), { href: URL.createObjectURL(new Blob([`${text}\n`], { type: 'text/plain' })), download: `receipt-${code}.txt` });
  a.click();
  setTimeout(() => URL.revokeObjectURL(a.href), 1000);
}

// --- the beginning

async function begin() {
  if ('pack' in page.dataset) wear();
  signal();
  outbox.start();
  addEventListener('pageshow', (event) => { if (event.persisted) { wear(); if (sub) draw(); } });
  if ($('loud')) {
    $('loud').hidden = theme() !== 'discreet';
    $('loud').addEventListener('click', () => { choose('auto'); $('loud').hidden = true; });
  }
  if (!(await store.ready()).ok) return;
  sub = await store.open(visit);
  if (!sub) {
    await outbox.prepare(visit);
    sub = await store.open(visit);
  }
  if (!sub || !sub.pack) return;
  pack = sub.pack;
  if ($('seal')) {
    $('seal').addEventListener('submit', (event) => { event.preventDefault(); send(); });
    $('again').addEventListener('click', () => outbox.sendNow(sub).then(show, show));
  }
  store.on(async ({ sub: id, what }) => {
    if (id !== sub.id || what === 'lost') return;
    const now = what === 'pack' ? await store.open(visit) : null;
    if (now && now.pack) [sub, pack] = [now, now.pack];
    await draw();
  });
  if ((await store.status(sub)).answers >= Number(page.dataset.answers)) await draw(); // no answer that the shopper just gave stands as missing
  await news();
  await draw();
}

const PATIENCE = 2000; // ms that the page as the server made it may stand

// news brings in what the server alone knows: what another phone answered, and what was sent as a plain form before its
// script was there. A page that the phone kept shows what the phone knows, at once.
async function news() {
  const kept = 'pack' in page.dataset;
  if (kept && !sub.stale) return;
  const work = outbox.parts.pack().then((p) => p.refresh(visit)).catch(() => {});
  if (!kept) await Promise.race([work, new Promise((resolve) => setTimeout(resolve, PATIENCE))]);
}

async function draw() {
  if (page.id === 'check') return show();
  await contents();
  return chip(...truth(await store.status(sub)));
}

begin();

// The photos of a section: looking at them, taking them again, removing. What is taken is kept on the phone before anything
// else; photos.js, which shrinks, keeps and sends, is loaded with the first.
import { $, notice, plural, say, word } from './truth.js';

let page;
const addresses = new Map(); // photo -> address of its picture here
let known = new Set(); // ids of the photos that the phone knows
let told = false; // the server has said what it has since it made this page
const LOW = 50e6; // bytes

// begin takes over the photos of this page, once, and gives what works on them.
export function begin(given) {
  if (!page) {
    page = given;
    page.store.on(({ sub, what }) => {
      if (sub !== page.sub.id || what === 'lost') return;
      told = told || what === 'pack';
      draw();
    });
    page.form.addEventListener('click', pressed);
    document.addEventListener('visibilitychange', measure);
  }
  return { keep, show, act };
}

// room warns when there is little left.
async function room() {
  if (!navigator.storage || !navigator.storage.estimate) return;
  const { quota = 0, usage = 0 } = await navigator.storage.estimate();
  if (quota - usage < LOW) notice('problem', 'This phone is nearly full. Photos are made smaller; send what is here when you can.');
}

async function keep(id, input) {
  room();
  const files = [...input.files];
  const { old } = input;
  input.old = null;
  const { keep: kept } = await import('./photos.js');
  say(`Keeping ${plural(files.length, 'photo', 'photos')}.`);
  for (const file of files) {
    try {
      await kept(page.sub, id, file);
      if (old) await remove(old); // the new one is safe first
      say('Photo saved on phone.');
    } catch (err) {
      page.failed(err);
    }
  }
  input.value = '';
  await draw();
  page.nudge();
}

// draw shows what there is.
async function draw() {
  const [all, now] = await Promise.all([page.store.photos(page.sub), page.store.read(page.sub)]);
  page.report.photos.clear();
  for (const p of all) page.report.photos.set(p.q, (page.report.photos.get(p.q) || 0) + 1);
  show(all, now);
  page.refresh();
  page.line();
}

// show puts all photos that the phone knows into the page, in one go: each has its room before its picture is there. What
// the server has drawn stays as it is and where it is. It says whether the server knows of one that the phone does not.
function show(all, now) {
  known = new Set(all.map((p) => p.id));
  for (const [id, address] of addresses) if (!known.has(id)) { URL.revokeObjectURL(address); addresses.delete(id); }
  const stays = (id) => known.has(id) || !(told || page.store.gone(now, id));
  for (const [id, el] of page.cards) if (el.querySelector('[data-photo]')) under(id, el, all.filter((p) => p.q === id), stays);
  return [...page.form.querySelectorAll('.photo')].some((li) => !known.has(li.dataset.id));
}

// under lists a question's photos below its buttons.
function under(id, el, mine, stays) {
  let list = el.querySelector('[data-tray]');
  if (!list && !mine.length) return;
  if (!list) {
    list = Object.assign(document.createElement('ul'), { className: 'photos' });
    list.dataset.tray = '';
    el.querySelector('[data-photo]').after(list);
  }
  for (const li of [...list.children]) if (!stays(li.dataset.id)) li.remove();
  const drawn = new Map([...list.children].map((li) => [li.dataset.id, li]));
  for (const p of mine) {
    const li = drawn.get(p.id) || thumb(p);
    if (!drawn.has(p.id)) list.append(li);
    li.querySelector('.fine').textContent = p.done ? word('sent') : `on phone · ${Math.ceil(p.size / 1024)} KB`;
    picture(li, p);
  }
  for (const [photo, li] of drawn) if (!known.has(photo)) picture(li, null);
  const text = page.questions.get(id) ? page.questions.get(id).text : '';
  [...list.children].forEach((li, i) => name(li, i + 1, text));
  if (!list.children.length) list.remove();
}

function thumb(p) {
  const li = $('thumb').content.cloneNode(true).firstElementChild;
  li.dataset.id = p.id;
  return li;
}

function name(li, number, text) {
  li.querySelector('.pic').setAttribute('aria-label', `Photo ${number}: ${text}`);
  li.querySelector('[data-retake]').setAttribute('aria-label', `Retake photo ${number}`);
  li.querySelector('[data-remove]').setAttribute('aria-label', `Remove photo ${number}`);
}

// picture shows what was taken: the phone's own bytes, else the server's. What cannot be shown leaves the sign of a picture.
async function picture(li, p) {
  if (li.querySelector('img')) return;
  const far = li.querySelector('noscript');
  if (far && !(p && p.here)) {
    far.outerHTML = far.textContent;
    return;
  }
  if (!p) return;
  const img = Object.assign(new Image(160, 160), { alt: '', onerror: () => { img.hidden = true; } });
  li.querySelector('.pic').append(img);
  if (!addresses.has(p.id)) addresses.set(p.id, await p.url());
  img.src = addresses.get(p.id);
}

// measure notes how much room the photos take, for the next time that this tab shows the page: see room.js.
function measure() {
  const rooms = [];
  for (const [id, el] of page.cards) {
    const list = el.querySelector('[data-tray]');
    if (list && !el.hidden) rooms.push([id, list.getBoundingClientRect().bottom - el.querySelector('[data-photo]').getBoundingClientRect().bottom]);
  }
  try { sessionStorage.setItem(`room:${location.pathname}`, JSON.stringify({ width: innerWidth, rooms })); } catch { /* then they make their room when they come */ }
}

// pressed is a press on a button of a photo; without this file they lead to the page of the question's photos.
function pressed(event) {
  const button = event.target.closest('[data-retake], [data-remove]');
  if (!button) return;
  event.preventDefault();
  act(button);
}

// act does what a button of a photo is for. One that is gone was the way to the first photo.
async function act(button) {
  if (!button.isConnected) return page.cards.get(button.value.replace('photo.', '')).querySelector('input[capture]').click();
  const { id } = button.closest('.photo').dataset;
  if ('retake' in button.dataset) return retake(button.closest('[data-question]').dataset.question, id);
  try {
    await remove(id);
    say('Photo removed.');
  } catch (err) {
    page.failed(err);
  }
  await draw();
  return page.nudge();
}

// remove takes a photo out of the report. Of one that only the server knows the phone has to learn first.
async function remove(photo) {
  if (!known.has(photo)) await (await import('./outbox.js')).prepare(page.sub.visit);
  await (await import('./photos.js')).remove(page.sub, photo);
}

// retake opens the camera for a photo that takes the place of another.
function retake(id, photo) {
  const input = page.cards.get(id).querySelector('input[capture]');
  input.click();
  input.old = photo;
}

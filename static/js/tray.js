// The photos of a section: taking, choosing, looking at them, removing. What is taken is kept on the phone before anything
// else; photos.js, which shrinks, keeps and sends, is loaded with the first.
import { $, notice, plural, say, word } from './truth.js';

let page;
const addresses = new Map(); // photo -> address of its picture here
const LOW = 50e6; // bytes

let begun = null;

// begin shows what there is under the questions of this page, once, and gives what takes more.
export function begin(given) {
  page = given;
  begun = begun || draw().then(() => page.store.on(({ sub, what }) => { if (sub === page.sub.id && what !== 'lost') draw(); }));
  return begun.then(() => ({ keep }));
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
  const all = await page.store.photos(page.sub);
  page.report.photos.clear();
  for (const p of all) page.report.photos.set(p.q, (page.report.photos.get(p.q) || 0) + 1);
  for (const [id, address] of addresses) {
    if (!all.some((p) => p.id === id)) { URL.revokeObjectURL(address); addresses.delete(id); }
  }
  for (const [id, el] of page.cards) if (el.querySelector('[data-photo]')) await under(id, el, all.filter((p) => p.q === id));
  page.refresh();
  page.line();
}

// under lists a question's photos below its buttons.
async function under(id, el, mine) {
  const now = JSON.stringify(mine.map((p) => [p.id, p.done]));
  let list = el.querySelector('[data-tray]');
  if (!list && !mine.length) return;
  if (!list) {
    list = Object.assign(document.createElement('ul'), { className: 'photos' });
    list.dataset.tray = '';
    el.querySelector('[data-photo]').after(list);
  }
  if (list.drawn === now) return;
  list.drawn = now;
  list.replaceChildren(...(await Promise.all(mine.map((p, i) => thumb(p, i, id)))));
}

async function thumb(p, i, id) {
  const li = $('thumb').content.cloneNode(true).firstElementChild;
  const text = page.questions.get(id) ? page.questions.get(id).text : '';
  const img = li.querySelector('img');
  if (!addresses.has(p.id)) addresses.set(p.id, await p.url());
  img.src = addresses.get(p.id);
  img.alt = `Photo ${i + 1}: ${text}`;
  li.querySelector('.fine').textContent = p.done ? word('sent') : `on phone · ${Math.ceil(p.size / 1024)} KB`;
  const button = (name, act) => {
    const b = li.querySelector(`[data-${name.toLowerCase()}]`);
    b.setAttribute('aria-label', `${name} photo ${i + 1}`);
    b.addEventListener('click', act);
  };
  button('Retake', () => retake(id, p.id));
  button('Remove', async () => {
    try {
      await remove(p.id);
      say('Photo removed.');
    } catch (err) {
      page.failed(err);
    }
    await draw();
    page.nudge();
  });
  return li;
}

const remove = async (photo) => (await import('./photos.js')).remove(page.sub, photo);

// retake opens the camera for a photo that takes the place of another.
function retake(id, photo) {
  const input = page.cards.get(id).querySelector('input[capture]');
  input.click();
  input.old = photo;
}

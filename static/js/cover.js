// A shopping list that really works, to show to who looks over a shoulder. It is kept on this phone and never sent.
// "Back" leads to where the shopper was.

const list = document.getElementById('things');
const row = document.getElementById('thing');
const KEY = 'shopping';

const stored = () => {
  try {
    const all = JSON.parse(localStorage.getItem(KEY));
    return Array.isArray(all) ? all.filter((x) => x && typeof x.text === 'string') : null;
  } catch { return null; } // no storage here, or somebody else's value: the list of the page will do
};

let things = stored() || [...list.querySelectorAll('span')].map((el) => ({ text: el.textContent, done: false }));

function keep() {
  try { localStorage.setItem(KEY, JSON.stringify(things)); } catch { /* it works until the page is left */ }
}

function draw() {
  list.replaceChildren(...things.map((thing) => {
    const li = row.content.cloneNode(true).firstElementChild;
    const box = li.querySelector('input');
    const remove = li.querySelector('button');
    li.querySelector('span').textContent = thing.text;
    box.checked = Boolean(thing.done);
    box.addEventListener('change', () => { thing.done = box.checked; keep(); });
    remove.setAttribute('aria-label', `Remove ${thing.text}`);
    remove.addEventListener('click', () => removed(thing));
    return li;
  }));
}

function removed(thing) {
  things = things.filter((x) => x !== thing);
  keep();
  draw();
  document.getElementById('said').textContent = `${thing.text} removed.`;
  document.getElementById('f-thing').focus();
}

document.getElementById('add').addEventListener('submit', (event) => {
  event.preventDefault();
  const field = document.getElementById('f-thing');
  const text = field.value.trim();
  if (!text) return;
  things.push({ text, done: false });
  field.value = '';
  keep();
  draw();
  list.lastElementChild.scrollIntoView({ block: 'nearest' });
});

// The visit's page says where it was when it led here.
const from = sessionStorage.getItem('cover-from');
if (from && from.startsWith('/visits/')) document.getElementById('back').href = from;

document.getElementById('adding').hidden = false;
draw();

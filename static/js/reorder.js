// Reorders questions and sections by their grips: drag with mouse, pen or finger; arrow keys, Home and End. The arrow
// buttons beside them are plain forms and do the same.

let on; // {say, move}
let drag = null;
let held = null; // the grip that keeps the focus after a move

export function reorder(given) {
  on = given;
  document.addEventListener('keydown', key);
  document.addEventListener('pointerdown', down);
  document.addEventListener('pointermove', shift);
  document.addEventListener('pointerup', up);
  document.addEventListener('pointercancel', cancel);
  document.addEventListener('keydown', (e) => { if (e.key === 'Escape' && drag) cancel(); });
}

const gripOf = (e) => e.target.closest && e.target.closest('[data-grip]');
const rowOf = (grip) => grip.closest('[data-item]');
const nameOf = (row) => row.querySelector('.q-text, h2').lastChild.textContent.trim();
const siblings = (row) => [...row.parentElement.children].filter((x) => x.matches('[data-item]'));

// place moves a row at once, tells it and then asks the server.
function place(row, to) {
  const all = siblings(row);
  const from = all.indexOf(row);
  const at = Math.max(0, Math.min(all.length - 1, to));
  if (at === from) {
    on.say(`${nameOf(row)} is ${at === 0 ? 'the first' : 'the last'} of ${all.length}`);
    return;
  }
  held = row.querySelector('[data-grip]');
  row.parentElement.insertBefore(row, at > from ? all[at].nextSibling : all[at]);
  held.focus({ preventScroll: true });
  row.scrollIntoView({ block: 'nearest' });
  on.say(`${nameOf(row)} moved to place ${at + 1} of ${all.length}`);
  on.move(row.dataset.item, at + 1);
}

const steps = { ArrowUp: (i) => i - 1, ArrowDown: (i) => i + 1, Home: () => 0, End: (i, n) => n - 1 };

function key(e) {
  const grip = gripOf(e);
  if (!grip || !steps[e.key] || e.altKey || e.ctrlKey || e.metaKey) return;
  e.preventDefault();
  const row = rowOf(grip);
  const all = siblings(row);
  place(row, steps[e.key](all.indexOf(row), all.length));
}

function down(e) {
  const grip = gripOf(e);
  if (!grip || e.button !== 0 || drag) return;
  const row = rowOf(grip);
  const all = siblings(row).map((el) => ({ el, box: el.getBoundingClientRect() }));
  drag = { grip, row, all, from: all.findIndex((x) => x.el === row), to: -1, y: e.clientY, scroll: scrollY, id: e.pointerId };
  drag.to = drag.from;
  grip.setPointerCapture(e.pointerId);
  row.classList.add('dragged');
}

// shift moves the row by transform: moving the node itself would end the capture of the pointer.
function shift(e) {
  if (!drag || e.pointerId !== drag.id) return;
  edge(e.clientY);
  const by = e.clientY - drag.y + scrollY - drag.scroll;
  drag.row.style.transform = `translateY(${by}px)`;
  const mine = drag.all[drag.from].box;
  const middle = mine.top + mine.height / 2 + by;
  drag.to = drag.all.filter((x, i) => i !== drag.from && x.box.top + x.box.height / 2 < middle).length;
  drag.all.forEach((x, i) => {
    if (i === drag.from) return;
    const rank = i > drag.from ? i - 1 : i;
    const gap = i > drag.from && rank < drag.to ? -1 : i < drag.from && rank >= drag.to ? 1 : 0;
    x.el.style.transform = gap ? `translateY(${gap * (mine.height + 8)}px)` : '';
  });
}

// edge scrolls when the pointer is near the top or the bottom of the window.
function edge(y) {
  if (y < 60) scrollBy(0, -12);
  else if (y > innerHeight - 60) scrollBy(0, 12);
}

function calm() {
  for (const x of drag.all) x.el.style.transform = '';
  drag.row.classList.remove('dragged');
}

function up(e) {
  if (!drag || e.pointerId !== drag.id) return;
  const { row, from, to } = drag;
  calm();
  drag = null;
  if (to !== from) place(row, to);
}

function cancel() {
  if (!drag) return;
  calm();
  drag = null;
}

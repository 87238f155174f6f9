// Two answers to one question, from two phones that did not know of each other: no clock decides, the shopper does.
import { typed } from './checklist.js';
import { clock } from './truth.js';

// choice puts the answers to choose from above a question, or takes them away when there are none. found: [field, what
// stands there] as store.fields gives it. how: {device, question, answer(field, posted
// values)}. A choice that is there already stays as it is: nothing is exchanged under a finger.
export function choice(el, found, how) {
  const old = el.querySelector('[data-twice]');
  const between = found.map(([field, f]) => [field, f.op, ...f.others.map((o) => o.op)].join(' ')).join('; ');
  if (old && between && old.dataset.twice === between) return;
  if (old) old.remove();
  if (found.length === 0) return;
  const box = Object.assign(document.createElement('div'), { className: 'twice' });
  box.dataset.twice = between;
  const p = document.createElement('p');
  p.append(Object.assign(document.createElement('strong'), { textContent: 'You answered this twice.' }), ' Which is right?');
  box.append(p);
  for (const [field, f] of found) {
    for (const o of [{ ...f, device: f.here ? how.device : f.device }, ...f.others]) box.append(button(el, field, o, how));
  }
  el.prepend(box);
}

function button(el, field, o, how) {
  const b = Object.assign(document.createElement('button'), { type: 'button', className: 'button second' });
  b.append(Object.assign(document.createElement('strong'), { textContent: words(el, field, o.value, how.question) }),
    ` ${o.device === how.device ? 'on this phone' : 'on another'} ${clock(o.at)}`);
  b.addEventListener('click', () => {
    how.answer(field, field.endsWith('.comment') ? [o.value || ''] : typed(how.question, o.value));
    (el.querySelector('.ans input:checked') || el.querySelector('.typed input, textarea') || el).focus();
  });
  return b;
}

// words is an answer as the page says it.
function words(el, field, value, question) {
  if (field.endsWith('.comment')) return `“${value}”`;
  const label = (v) => {
    const f = [...el.querySelectorAll('input')].find((x) => (x.type === 'radio' || x.type === 'checkbox') && x.value === v);
    return f ? f.nextElementSibling.textContent.trim() : v;
  };
  return typed(question, value).map(label).join(', ');
}

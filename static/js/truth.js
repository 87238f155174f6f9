// The truth line: where the answers are, in as many words as it takes; and what is said aloud, which is little. Shared by
// all pages of a visit.

export const $ = (id) => document.getElementById(id);
export const plural = (n, one, many) => `${n} ${n === 1 ? one : many}`;

// word marks a text that is said to people, where its looks do not tell.
export const word = (text) => text;

// clock writes a moment as the phone's own clock shows it, 14:05.
export const clock = (iso) => { const d = new Date(iso); return [d.getHours(), d.getMinutes()].map((n) => String(n).padStart(2, '0')).join(':'); };

// say puts a sentence into the page's live region, which was there from the start, emptied first so that the same
// sentence is heard again.
export function say(text) {
  const el = $('said');
  if (!el || !text) return;
  el.textContent = '';
  setTimeout(() => { el.textContent = text; }, 50);
}

// notice shows one of the page's notices with a text, or hides it.
export function notice(id, text) {
  const el = $(id);
  if (!el) return;
  el.querySelector('span').textContent = text || '';
  el.hidden = !text;
}

// chip sets the line itself. tone: '', 'ok', 'wait' or 'bad'.
export function chip(text, tone, href = '/phone') {
  const el = $('chip');
  if (!el) return;
  el.href = href;
  const inner = el.firstElementChild;
  inner.className = `chip ${tone}`;
  if (inner.lastElementChild.textContent !== text) inner.lastElementChild.textContent = text;
}

// truth gives the line of a report: [text, tone, where a tap leads].
export function truth(st) {
  const problem = st.problem && st.problem.kind;
  if (problem === 'signin') return ['Sign in to send', 'wait', `/sign-in?next=${encodeURIComponent(location.pathname)}`];
  if (st.state === 'received') return ['Sent', 'ok'];
  if (problem && problem !== 'conflict' && problem !== 'missing') return ['Kept on phone', 'wait'];
  const waiting = st.photos - st.photosDone;
  if (waiting > 0) return [`On phone · ${plural(waiting, 'photo', 'photos')} to send`, 'wait'];
  if (st.acked < st.ops) return ['Saved on phone', 'wait'];
  return st.ops > 0 || st.answers > 0 ? ['Saved and sent', 'ok'] : ['Nothing yet', ''];
}

// signal tells once when it goes and when it is back.
export function signal() {
  addEventListener('offline', () => say('No signal. Keep going, nothing is lost.'));
  addEventListener('online', () => say('There is signal again.'));
}

// --- the look of this device

const secure = () => (location.protocol === 'https:' ? '__Host-' : '');

// theme gives the look that was chosen here: 'light', 'dark', 'discreet', or '' for the device's own.
export function theme() {
  const m = /(?:^|; )(?:__Host-)?plainclothes-theme=(light|dark|discreet)/.exec(document.cookie);
  return m ? m[1] : '';
}

// wear puts the chosen look on a page that was made for another: one that the phone kept, or went back to.
export function wear() {
  const t = theme();
  if (t) document.documentElement.dataset.theme = t;
  else delete document.documentElement.dataset.theme;
  const h1 = document.querySelector('h1');
  document.title = t === 'discreet' ? 'Notes' : `${h1 ? h1.textContent : 'Lists'} · Lists`;
}

// choose remembers a look on this device and wears it.
export function choose(t) {
  document.cookie = `${secure()}plainclothes-theme=${t}; Path=/; Max-Age=31536000; SameSite=Lax${secure() ? '; Secure' : ''}`;
  wear();
}

// Makes one tree of the page like another while what is the same stays the same element: focus, caret, scroll and the
// frame of the preview survive.

// morph makes old like fresh. mine(control, fresh) says that a control's value is the person's, not the server's.
export function morph(old, fresh, mine) {
  if (old.dataset && 'keep' in old.dataset) return; // what is told here is the script's own
  attributes(old, fresh);
  children(old, fresh, mine);
  control(old, fresh, mine);
}

const kept = { DETAILS: ['open'], IFRAME: ['src'], TEXTAREA: ['style'] }; // what the person or the browser sets

function attributes(old, fresh) {
  const own = kept[old.nodeName] || [];
  for (const { name } of [...old.attributes]) if (!fresh.hasAttribute(name) && !own.includes(name)) old.removeAttribute(name);
  for (const { name, value } of fresh.attributes) {
    if (name !== 'autofocus' && !(own.includes(name) && old.isConnected && name !== 'open') && old.getAttribute(name) !== value) old.setAttribute(name, value);
  }
}

// control takes over the server's value. Setting an attribute does not: once somebody typed, value and attribute part.
function control(old, fresh, mine) {
  if (!/^(INPUT|TEXTAREA|SELECT)$/.test(old.nodeName) || mine(old, fresh)) return;
  if (old.type === 'checkbox' || old.type === 'radio') old.checked = fresh.checked;
  else if (old.value !== fresh.value) old.value = fresh.value;
}

const like = (a, b) => a.nodeType === b.nodeType && a.nodeName === b.nodeName && (a.id || '') === (b.id || '') && (a.type || '') === (b.type || '') && (a.name || '') === (b.name || '');

function children(old, fresh, mine) {
  if (old.nodeName === 'TEXTAREA' && mine(old, fresh)) return;
  const byID = new Map();
  for (const c of old.children) if (c.id) byID.set(c.id, c);
  let at = old.firstChild;
  for (const f of [...fresh.childNodes]) {
    const known = f.id && byID.get(f.id);
    let match = known && like(known, f) ? known : null;
    if (!match && !f.id) match = near(at, f);
    if (!match) {
      old.insertBefore(plain(f), at);
      continue;
    }
    while (match !== at && at && !after(at, fresh)) at = drop(at);
    if (match !== at) old.insertBefore(match, at);
    else at = at.nextSibling;
    node(match, f, mine);
  }
  while (at) at = drop(at);
}

// near finds the next old node without an id that is of the same kind.
function near(at, f) {
  for (let n = at; n; n = n.nextSibling) {
    if (n.id) return null;
    if (like(n, f)) return n;
  }
  return null;
}

// after reports whether an old node will be wanted later, by its id.
const after = (n, fresh) => n.id && [...fresh.children].some((c) => c.id === n.id);

function drop(n) {
  const next = n.nextSibling;
  n.remove();
  return next;
}

function node(old, f, mine) {
  if (f.nodeType === 1) morph(old, f, mine);
  else if (old.nodeValue !== f.nodeValue) old.nodeValue = f.nodeValue;
}

// plain is a copy for this document that takes no focus by itself.
function plain(f) {
  const n = document.importNode(f, true);
  if (n.querySelectorAll) for (const el of [n, ...n.querySelectorAll('[autofocus]')]) if (el.removeAttribute) el.removeAttribute('autofocus');
  return n;
}

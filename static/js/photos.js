// Photos: shrunk and kept on the phone as soon as they are taken, sent in pieces that survive a lost connection.
//
// The one rule: the bytes are read at once (Android may take the file back), kept as ArrayBuffer, sent as a fresh Blob,
// and deleted only with a verified receipt or by the shopper.
import { append, entry, Fault, got, hex, read, tell, unit, uuid } from './store.js';
import { call, Later, moved, refusal, Stop } from './outbox.js';

const SIDE = 1600; // pixels of the long side
const SMALL_SIDE = 1280; // when the phone is nearly full
const LOW = 50 << 20; // bytes left on the phone under which it is nearly full
const MOST = 20 << 20; // bytes of one photo that the server takes

// room says how much the phone can still keep: {free: bytes or null when it does not tell, low}.
export async function room() {
  try {
    const { quota, usage } = await navigator.storage.estimate();
    return { free: quota - usage, low: quota - usage < LOW };
  } catch {
    return { free: null, low: false };
  }
}

// keep shrinks a photo and keeps it with its op in one transaction: {id, q, type, w, h, size, sha256, taken, done}. It
// throws a Fault with a sentence when the file is no photo or the phone is full.
export async function keep(sub, question, file) {
  const original = await file.arrayBuffer().catch(() => { throw new Fault('storage', 'This photo could not be read. Choose it again.'); });
  if (original.byteLength === 0) throw new Fault('storage', 'This photo is empty. Take it again.');
  const made = await shrink(original, file.type, (await room()).low ? SMALL_SIDE : SIDE);
  if (made.bytes.byteLength > MOST) throw new Fault('storage', 'This photo is too large to send. Take it again, or choose a smaller one.');
  const taken = new Date(file.lastModified || Date.now()).toISOString();
  const size = made.bytes.byteLength;
  const photo = { id: uuid(), q: question, type: made.type, w: made.w, h: made.h, size, sha256: hex(await crypto.subtle.digest('SHA-256', made.bytes)), taken, done: false };
  const op = entry(`photo.${photo.id}`, { q: question, sha256: photo.sha256, size, type: photo.type }, null);
  await unit('readwrite', async (s) => {
    const now = await append(s, sub.id, op);
    if (now.photos.has(photo.id)) return;
    s.photos.add({ ...photo, submission: sub.id, bytes: made.bytes });
    now.photos.set(photo.id, photo);
    s.subs.put(now);
  });
  tell(sub.id, 'saved', { field: op.q });
  return photo;
}

// remove takes a photo out of the report, wherever it was taken.
export async function remove(sub, id) {
  const op = entry(`photo.${id}`, null);
  await unit('readwrite', async (s) => {
    const now = await append(s, sub.id, op);
    now.photos.delete(id);
    if (now.problem && now.problem.photo === id) now.problem = null;
    s.photos.delete(id);
    s.subs.put(now);
  });
  tell(sub.id, 'saved', { field: op.q });
}

// --- shrinking

// shrink gives {bytes, type, w, h}: a JPEG of at most side pixels, upright and without what the camera wrote about
// place and time; or the original bytes where this browser cannot make one: the server will.
async function shrink(original, type, side) {
  const picture = await decode(new Blob([original.slice(0)], { type })).catch(() => null);
  if (!picture) return { bytes: original, type: sniff(original) || type || 'application/octet-stream', w: 0, h: 0 };
  const scale = Math.min(1, side / Math.max(picture.width, picture.height));
  const w = Math.max(1, Math.round(picture.width * scale));
  const h = Math.max(1, Math.round(picture.height * scale));
  const bytes = await draw(picture, w, h).catch(() => null);
  if (picture.close) picture.close();
  const black = bytes && bytes.byteLength < 1024 && original.byteLength > 50 << 10; // what iOS makes of a canvas it has no memory for
  if (!bytes || black) return { bytes: original, type: sniff(original) || type, w: picture.width, h: picture.height };
  return { bytes, type: 'image/jpeg', w, h };
}

async function decode(blob) {
  if (typeof createImageBitmap === 'function') {
    const bitmap = await createImageBitmap(blob, { imageOrientation: 'from-image' }).catch(() => null);
    if (bitmap) return bitmap;
  }
  const img = new Image();
  img.src = URL.createObjectURL(blob);
  try {
    await img.decode();
    return Object.assign(img, { width: img.naturalWidth, height: img.naturalHeight });
  } finally {
    URL.revokeObjectURL(img.src);
  }
}

// draw uses a canvas of the target's size, never of the source's: iOS limits it and gives black.
async function draw(picture, w, h) {
  const canvas = document.createElement('canvas');
  Object.assign(canvas, { width: w, height: h });
  const context = canvas.getContext('2d');
  context.fillStyle = '#fff'; // a transparent picture must not turn black
  context.fillRect(0, 0, w, h);
  context.drawImage(picture, 0, 0, w, h);
  const blob = await new Promise((resolve) => canvas.toBlob(resolve, 'image/jpeg', 0.8));
  Object.assign(canvas, { width: 0, height: 0 }); // gives the memory back
  return blob && blob.arrayBuffer();
}

// sniff tells the type by the first bytes: phones give wrong or no types for HEIC.
function sniff(bytes) {
  const head = String.fromCharCode(...new Uint8Array(bytes.slice(0, 12)));
  if (head.startsWith('\xff\xd8\xff')) return 'image/jpeg';
  if (head.startsWith('\x89PNG')) return 'image/png';
  if (head.startsWith('RIFF') && head.endsWith('WEBP')) return 'image/webp';
  return /^.{4}ftyp(heic|heix|hevc|mif1|msf1)/s.test(head) ? 'image/heic' : '';
}

// --- sending (tus 1.0: core, creation, termination)

const SMALLEST = 32 << 10; // bytes of one piece
const LARGEST = 1 << 20;
const GOOD = 1500; // ms: a piece that took less may be twice as large next time
const PIECE_PATIENCE = 45000; // ms

let piece = 64 << 10;

// sendAll sends every photo of a report that the server does not have, small ones first. A photo that the server refuses
// does not keep the others back.
export async function sendAll(id) {
  const sub = await read(id);
  const waiting = [...sub.photos.values()].filter((p) => !p.done).sort((a, b) => a.size - b.size);
  let stopped = null;
  for (const p of waiting) {
    try {
      await send(sub, p);
    } catch (err) {
      if (!(err instanceof Stop) || err.problem.kind !== 'refused') throw err;
      stopped = new Stop('photo', err.problem.message, { photo: p.id, question: p.q });
    }
  }
  if (stopped) throw stopped;
}

async function send(sub, photo) {
  const kept = await unit('readonly', (s) => got(s.photos.get(photo.id)), 'default');
  if (!kept) return; // removed meanwhile
  let offset = await create(sub, kept);
  for (let restarted = false; offset < kept.size;) {
    const before = offset;
    offset = await push(sub, kept, offset);
    if (offset > before) {
      moved();
      continue;
    }
    if (restarted) throw new Later();
    restarted = true; // 460: the server has dropped its part; or another tab was there first
    offset = await create(sub, kept);
  }
  await done(sub.id, photo.id);
}

const text = (value) => btoa(String.fromCharCode(...new TextEncoder().encode(value)));

// create announces a photo, or asks how much of it is there: the offset to go on from.
async function create(sub, p) {
  const about = { id: p.id, sid: sub.id, q: p.q, sha256: p.sha256, type: p.type };
  const headers = {
    'Tus-Resumable': '1.0.0', 'Upload-Length': String(p.size),
    'Upload-Metadata': Object.entries(about).map(([k, v]) => `${k} ${text(v)}`).join(','),
  };
  const r = await call(sub, 'POST', '/photos', { headers });
  if (r.status === 404) throw new Later(); // the op that names it is not known yet
  return offsetOf(r, p);
}

// push sends one piece and gives the offset that the server has then.
async function push(sub, p, offset) {
  const body = new Blob([p.bytes.slice(offset, offset + piece)]);
  const headers = { 'Tus-Resumable': '1.0.0', 'Upload-Offset': String(offset), 'Content-Type': 'application/offset+octet-stream' };
  const start = performance.now();
  let r;
  try {
    r = await call(sub, 'PATCH', `/photos/${p.id}`, { body, headers, timeout: PIECE_PATIENCE });
  } catch (err) {
    piece = Math.max(SMALLEST, piece / 2);
    throw err;
  }
  piece = performance.now() - start < GOOD ? Math.min(LARGEST, piece * 2) : Math.max(SMALLEST, piece / 2);
  return [404, 409, 460].includes(r.status) ? offset : offsetOf(r, p);
}

// offsetOf reads the offset; an answer without one is not the server's.
function offsetOf(r, p) {
  const offset = r.headers.get('Upload-Offset');
  if (r.status >= 300 || r.status < 200) throw refusal(r);
  if (offset === null || !(Number(offset) <= p.size)) throw new Later();
  return Number(offset);
}

async function done(id, photo) {
  await unit('readwrite', async (s) => {
    const sub = await got(s.subs.get(id));
    if (!sub || !sub.photos.has(photo)) return;
    sub.photos.get(photo).done = true;
    if (sub.acked === sub.seq && sub.state === 'draft' && [...sub.photos.values()].every((p) => p.done)) sub.since = null;
    if (sub.problem && sub.problem.photo === photo) sub.problem = null;
    s.subs.put(sub);
  });
  tell(id, 'sent');
}

// "Save a copy": everything of a report in one zip that an editor can import, for the day when nothing else works.
import { got, read, unit, within, who, Fault } from './store.js';

const FORMAT = 'plainclothes-copy';

// save gives the copy: copy.json (what it is), ops.jsonl (the log as it would be sent) and the photos.
export async function save(sub) {
  const now = await read(sub);
  if (!now || now.user !== who()) throw new Fault('gone', 'This visit is no longer on this phone.');
  const [ops, photos] = await unit('readonly', (s) => Promise.all([got(s.ops.getAll(within([now.id]))), got(s.photos.index('submission').getAll(now.id))]), 'default');
  const files = [{ name: 'copy.json', data: encode(JSON.stringify(contents(now, photos), null, 1)) }];
  files.push({ name: 'ops.jsonl', data: encode(ops.map((o) => `${o.body.slice(0, -1)},"h":"${o.h}"}\n`).join('')) });
  for (const p of photos) files.push({ name: fileOf(p), data: new Uint8Array(p.bytes) });
  return zip(files, new Date());
}

const encode = (text) => new TextEncoder().encode(text);

const ENDINGS = { 'image/jpeg': 'jpg', 'image/png': 'png', 'image/webp': 'webp' };
const fileOf = (p) => `photos/${p.id}.${ENDINGS[p.type] || 'bin'}`;

function contents(sub, photos) {
  return {
    format: FORMAT, version: 1, made: new Date().toISOString(), visit: sub.visit, submission: sub.id, device: sub.device, checklist: sub.checklist,
    seq: sub.seq, head: sub.head, ops: 'ops.jsonl',
    photos: photos.map((p) => ({ id: p.id, q: p.q, sha256: p.sha256, size: p.size, type: p.type, taken: p.taken, file: fileOf(p) })),
  };
}

// --- zip: entries as they are, without compression: photos are compressed already

const TABLE = Uint32Array.from({ length: 256 }, (_, n) => {
  let c = n;
  for (let k = 0; k < 8; k++) c = c & 1 ? 0xedb88320 ^ (c >>> 1) : c >>> 1;
  return c;
});

function crc32(bytes) {
  let c = 0xffffffff;
  for (const b of bytes) c = TABLE[(c ^ b) & 255] ^ (c >>> 8);
  return (c ^ 0xffffffff) >>> 0;
}

// record writes numbers of 2 or 4 bytes, little-endian: [[size, value], …].
function record(numbers) {
  const view = new DataView(new ArrayBuffer(numbers.reduce((n, [size]) => n + size, 0)));
  let at = 0;
  for (const [size, value] of numbers) {
    if (size === 2) view.setUint16(at, value, true);
    else view.setUint32(at, value, true);
    at += size;
  }
  return new Uint8Array(view.buffer);
}

// stamp gives a date as MS-DOS kept it: [time, day].
function stamp(d) {
  return [(d.getHours() << 11) | (d.getMinutes() << 5) | (d.getSeconds() >> 1), ((Math.max(1980, d.getFullYear()) - 1980) << 9) | ((d.getMonth() + 1) << 5) | d.getDate()];
}

const UTF8 = 0x800;

function zip(files, when) {
  const [time, day] = stamp(when);
  const parts = [];
  const index = [];
  let at = 0;
  for (const { name, data } of files) {
    const label = encode(name);
    const shared = [[2, 20], [2, UTF8], [2, 0], [2, time], [2, day], [4, crc32(data)], [4, data.length], [4, data.length], [2, label.length], [2, 0]];
    index.push(record([[4, 0x02014b50], [2, 20], ...shared, [2, 0], [2, 0], [2, 0], [4, 0], [4, at]]), label);
    parts.push(record([[4, 0x04034b50], ...shared]), label, data);
    at += 30 + label.length + data.length;
  }
  const size = index.reduce((n, x) => n + x.length, 0);
  const end = record([[4, 0x06054b50], [2, 0], [2, 0], [2, files.length], [2, files.length], [4, size], [4, at], [2, 0]]);
  return new Blob([...parts, ...index, end], { type: 'application/zip' });
}

// Ed25519 (RFC 8032) for browsers whose WebCrypto has none: only checking, and slow enough to be loaded when needed.
// Nothing here is secret, so it need not take the same time for everything.

const P = 2n ** 255n - 19n;
const L = 2n ** 252n + 27742317777372353535851937790883648493n;

const mod = (x, m = P) => ((x % m) + m) % m;

function power(base, exponent) {
  let out = 1n;
  for (let b = base, e = exponent; e > 0n; e >>= 1n, b = mod(b * b)) if (e & 1n) out = mod(out * b);
  return out;
}

const inverse = (x) => power(x, P - 2n);
const D = mod(-121665n * inverse(121666n));
const ROOT = power(2n, (P - 1n) / 4n); // of -1

// number reads bytes, the least first.
const number = (bytes) => bytes.reduceRight((n, b) => (n << 8n) | BigInt(b), 0n);

// Points are [x, y, z, t] with x/z, y/z on the curve and t = xy/z.
const ZERO = [0n, 1n, 1n, 0n];

function add([x1, y1, z1, t1], [x2, y2, z2, t2]) {
  const a = mod((y1 - x1) * (y2 - x2));
  const b = mod((y1 + x1) * (y2 + x2));
  const c = mod(2n * D * t1 * t2);
  const d = mod(2n * z1 * z2);
  const [e, f, g, h] = [b - a, d - c, d + c, b + a];
  return [mod(e * f), mod(g * h), mod(f * g), mod(e * h)];
}

function times(point, n) {
  let out = ZERO;
  for (let p = point, k = n; k > 0n; k >>= 1n, p = add(p, p)) if (k & 1n) out = add(out, p);
  return out;
}

// point reads 32 bytes; null when they are no point.
function point(bytes) {
  const all = number(bytes);
  const sign = all >> 255n;
  const y = all & (2n ** 255n - 1n);
  const square = mod((y * y - 1n) * inverse(mod(D * y * y + 1n)));
  let x = power(square, (P + 3n) / 8n);
  if (mod(x * x) !== square) x = mod(x * ROOT);
  if (y >= P || mod(x * x) !== square || (x === 0n && sign)) return null;
  if ((x & 1n) !== sign) x = P - x;
  return [x, y, 1n, mod(x * y)];
}

// encoded gives the number that a point's 32 bytes are.
function encoded([x, y, z]) {
  const i = inverse(z);
  return mod(y * i) | ((mod(x * i) & 1n) << 255n);
}

const BASE = point(Array.from({ length: 32 }, (_, i) => (i ? 0x66 : 0x58)));

// verify says whether a signature of 64 bytes over a message is that of a public key of 32 bytes.
export async function verify(key, signature, message) {
  const from = key.length === 32 && point(key);
  const s = number(signature.subarray(32));
  if (!from || signature.length !== 64 || s >= L) return false;
  const all = new Uint8Array([...signature.subarray(0, 32), ...key, ...message]);
  const k = mod(number(new Uint8Array(await crypto.subtle.digest('SHA-512', all))), L);
  const [x, y, z, t] = from;
  return encoded(add(times(BASE, s), times([P - x, y, z, P - t], k))) === number(signature.subarray(0, 32));
}

// What is missing before a visit, or a stage of it, can be sent: the same gaps in the same words as
// internal/programme.Gaps gives on the server; internal/programme/phone_form_test.go holds both against each other. And what
// a stage waits for, as far as it can be known without signal: what visit.StageTime knows on the server.
import { fails, missing, parts, photoKind, reserved, shown, trim, wantsComment } from './checklist.js';

const characters = (s) => [...trim(s)].length;

// gaps tells what is missing before a stage can be sent. report: {answers, comments, photos}: Maps by question id, of
// values, texts and numbers of photos.
export function gaps(form, context, report, stage) {
  const seen = shown(form, context, report.answers);
  const all = [];
  for (const s of parts(form, seen, stage)) {
    for (const q of s.questions) {
      if (!seen.questions.has(q.id)) continue;
      for (const [kind, message] of lacks(q, report)) if (message) all.push({ section: s.id, question: q.id, kind, message });
    }
  }
  return all;
}

function lacks(q, { answers, comments, photos }) {
  const a = answers.get(q.id);
  const some = photos.get(q.id) > 0;
  const said = ['comment', commentGap(q, a, comments.get(q.id) || '')];
  if (photoKind(q)) return [['photo', photoGap(q, a, some)], said];
  return [['answer', answerGap(q, a)], ['photo', some ? '' : evidenceGap(q, a)], said];
}

function photoGap(q, a, some) {
  if (!q.required || some || (a === 'na' && q.na)) return '';
  return q.kind === 'receipt' ? 'Add a photo of the receipt.' : 'Add a photo.';
}

function answerGap(q, a) {
  if (missing(a)) return q.required ? wanted(q) : '';
  if (a === 'na') return q.na ? '' : 'This one always applies. Choose one of its answers.';
  if (a === 'not_observed') return q.not_seen ? '' : 'This one needs an answer; “Not seen” is not among them.';
  const n = q.kind === 'text' ? characters(a) : 0;
  return q.kind === 'text' && n < (q.min_chars || 0) ? `Say a little more. At least ${q.min_chars} characters; so far it is ${n}.` : '';
}

function wanted(q) {
  if (q.kind === 'text' && q.min_chars > 0) return `Say in a few words what you saw. At least ${q.min_chars} characters.`;
  const too = [q.not_seen && '“Not seen”', q.na && '“Does not apply”'].filter(Boolean);
  if (too.length === 0) return 'No answer yet.';
  return `No answer yet. ${too.join(' and ')} ${too.length > 1 ? 'are answers' : 'is an answer'} too.`;
}

// evidenceGap asks for the photo that goes with an answer. What was not seen cannot be photographed.
function evidenceGap(q, a) {
  if (missing(a) || reserved(a)) return '';
  if (q.photo === 'required') return 'Add a photo to this answer.';
  return q.photo === 'on_fail' && fails(q, a) ? 'Add a photo that shows what you saw.' : '';
}

function commentGap(q, a, text) {
  if (!wantsComment(q, a) || characters(text) >= Math.max(1, q.comment.min || 0)) return '';
  return `Say in a few words what you saw.${q.comment.min > 1 ? ` At least ${q.comment.min} characters.` : ''}`;
}

// early gives what a stage waits for, null when it can be sent: {at} in ms, {span} in seconds after the first answer,
// {event} to be said, {after} another stage. opens is the pack's; first is the time of the first answer, 0 when there is
// none; both and now in ms by the server's clock.
export function early(opens, stage, sealed, first, now) {
  const o = (opens || {})[stage];
  if (!o || sealed.includes(o.after)) return null;
  if (o.after || o.event) return o;
  const at = o.at ? Date.parse(o.at) : first && first + o.span * 1000;
  return at && now >= at ? null : { ...o, at };
}

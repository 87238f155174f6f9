// The checklist where the phone cannot keep anything: the page is a form that is saved by its buttons, its pictures are the
// server's, and what other pages hold is asked of the server, so that questions come and go all the same.

// known gives the pack of a visit and puts what the server has into report: {answers, comments, photos}.
export async function known(visit, report) {
  for (const picture of document.querySelectorAll('.pic noscript')) picture.outerHTML = picture.textContent;
  const r = await fetch(`/api/v1/visits/${visit}/pack`);
  if (!r.ok) throw new Error('no pack');
  const pack = await r.json();
  for (const [field, heads] of Object.entries(pack.fields || {})) {
    const into = field.endsWith('.comment') ? report.comments : report.answers;
    if (heads.length) into.set(field.replace(/\.comment$/, ''), heads[heads.length - 1].value);
  }
  for (const p of pack.photos || []) report.photos.set(p.question, (report.photos.get(p.question) || 0) + 1);
  return pack;
}

// What is wrong with an answer, said at its field in the words that the server would use.

// mark puts a sentence at a question's field, or takes it away.
export function mark(el, input, message) {
  const id = `q-${el.dataset.question}-error`;
  const old = document.getElementById(id);
  el.classList.toggle('wrong', Boolean(message));
  if (old && !message) old.remove();
  if (!message) return input.removeAttribute('aria-invalid');
  const p = old || Object.assign(document.createElement('p'), { id, className: 'field-error', dir: 'auto' });
  if (!old) el.querySelector('.answers').append(p);
  p.textContent = message;
  input.setAttribute('aria-invalid', 'true');
  return input.setAttribute('aria-describedby', id);
}

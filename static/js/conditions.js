// Conditions, evaluated on the phone as on the server: internal/programme/testdata/conditions.json holds for both.
//
// node: the tree that the server sends with a question or section.
// env:  {scenario, channel, format, features: [names], answer(id)}. answer gives what stands on the wire ("yes", 4,
//       6.5, ["a", "b"], "na", "not_observed"), and null for a question that is hidden or has no answer yet.

export function evaluate(node, env) {
  switch (node.op) {
    case 'and': return node.nodes.every((n) => evaluate(n, env));
    case 'or': return node.nodes.some((n) => evaluate(n, env));
    case 'not': return !evaluate(node.nodes[0], env);
    case 'feature': return env.features.includes(node.subject);
  }
  return compare(node, env);
}

// A comparison with a question that is hidden, unanswered, not observed or does not apply is false, also with "!=".
function compare(node, env) {
  const values = node.values || [];
  if (node.subject === 'scenario' || node.subject === 'channel' || node.subject === 'format') {
    return values.some((v) => holds(node.op, env[node.subject] || '', v.text || ''));
  }
  const answer = env.answer(node.subject);
  if (answer === null || answer === undefined || answer === 'na' || answer === 'not_observed') return false;
  return values.some((v) => (v.is_text ? words(answer) : numbers(answer)).some((a) => holds(node.op, a, v.is_text ? v.text || '' : v.number || 0)));
}

// The words of an answer: several of a multi question, which is asked with "in" only.
const words = (answer) => [].concat(answer).filter((a) => typeof a === 'string');

// The number of an answer in ten-thousandths, as the server keeps it, so that comparing is exact.
const numbers = (answer) => (typeof answer === 'number' ? [Math.round(answer * 10000)] : []);

function holds(op, a, b) {
  switch (op) {
    case '==': case 'in': return a === b;
    case '!=': return a !== b;
    case '<': return a < b;
    case '<=': return a <= b;
    case '>': return a > b;
    case '>=': return a >= b;
  }
  return false;
}

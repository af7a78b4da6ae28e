/** Draws again: gives elements that are there what fresh ones say, and leaves alone what is the same. */

const ELEMENT = 1;

/**
 * Give an element the children of a fresh drawing. What both have stays the same object, so that focus, selection,
 * scroll positions and what the reader has opened stay; children with a `data-key` are found by it, others by their place.
 * @param {Element} place
 * @param {Node[]} fresh
 */
export function renewChildren(place, fresh) {
  const keyed = new Map([...place.children].filter(keyOf).map((child) => [keyOf(child), child]));
  let old = place.firstChild;
  for (const wanted of fresh) {
    const known = keyed.get(keyOf(wanted)) ?? (keyOf(wanted) || keyOf(old) ? null : old);
    if (!known || known.nodeName !== wanted.nodeName) {
      place.insertBefore(wanted, old);
      continue;
    }
    if (known === old) old = old.nextSibling;
    else place.insertBefore(known, old);
    renew(known, wanted);
  }
  while (old) {
    const next = old.nextSibling;
    old.remove();
    old = next;
  }
}

function renew(node, fresh) {
  if (node.nodeType !== ELEMENT) {
    if (node.data !== fresh.data) node.data = fresh.data;
    return;
  }
  for (const { name } of [...node.attributes]) if (!fresh.hasAttribute(name) && !isReaders(node, name)) node.removeAttribute(name);
  for (const { name, value } of fresh.attributes) {
    if (node.getAttribute(name) !== value && !isReaders(node, name)) node.setAttribute(name, value);
  }
  renewChildren(node, [...fresh.childNodes]);
}

/** Whether an attribute belongs to the reader: what is opened or closed. */
const isReaders = (node, name) => node.nodeName === "DETAILS" && name === "open";

const keyOf = (node) => (node?.nodeType === ELEMENT ? node.getAttribute("data-key") : null);

// Elements without markup: what comes from documents only ever becomes text.

/** The element with this id. */
export const byId = (id) => document.getElementById(id);

/**
 * A new element. `properties` are attributes, but `text` is its text, `on` listeners by event, and one that is false, null
 * or undefined is left out.
 */
export function make(tag, properties = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (value === false || value === null || value === undefined) continue;
    if (name === 'text') element.textContent = value;
    else if (name === 'on') for (const [event, listener] of Object.entries(value)) element.addEventListener(event, listener);
    else element.setAttribute(name, value === true ? '' : value);
  }
  element.append(...children.filter((child) => child !== null && child !== undefined));
  return element;
}

/** Sets the text of an element, and leaves it alone where it is the same. */
export function say(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

/** Shows or hides. */
export function show(element, visible) {
  if (element.hidden === visible) element.hidden = !visible;
}

/** A colour or other custom property of the style sheet, as it is in force. */
export const themed = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

// What a term means, where there is no pointer to hold over it: a touch shows the title of the term.

import {byId, make, show} from './dom.js';

const TERMS = 'dt[title], th[title], dfn[title], .marks-legend [title], .series-mark[title], .measures [title]';
const SHOWN_MILLIS = 8_000;

/** Begins to explain the terms of the page when they are touched; another touch ends it. */
export function explainTerms() {
  let hiding = 0;
  document.addEventListener('pointerup', (event) => {
    if (event.pointerType !== 'touch') return;
    const term = event.target.closest?.(TERMS);
    const panel = byId('inspector');
    clearTimeout(hiding);
    if (!term) {
      if (panel.dataset.term) hide(panel);
      return;
    }
    panel.replaceChildren(make('p', {class: 'subject', text: term.textContent}), make('p', {text: term.title}));
    panel.dataset.term = 'true';
    show(panel, true);
    hiding = setTimeout(() => hide(panel), SHOWN_MILLIS);
  });
}

function hide(panel) {
  if (panel.dataset.term) show(panel, false);
  delete panel.dataset.term;
}

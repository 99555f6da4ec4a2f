// Numbers and times for people.

const WHOLE = new Intl.NumberFormat('en');
const THREE = new Intl.NumberFormat('en', {maximumSignificantDigits: 3});
const COMPACT = new Intl.NumberFormat('en', {notation: 'compact', maximumSignificantDigits: 3});
const CLOCK = new Intl.DateTimeFormat('en-GB', {hour: '2-digit', minute: '2-digit', second: '2-digit'});
const DAY = new Intl.DateTimeFormat('en-GB', {day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit'});

const NONE = '–';
const isNumber = (value) => typeof value === 'number' && Number.isFinite(value);

export const whole = (value) => (isNumber(value) ? WHOLE.format(Math.round(value)) : NONE);
export const compact = (value) => (isNumber(value) ? COMPACT.format(value) : NONE);

/** A perplexity: whole from 100 on, otherwise with one decimal. */
export const perplexity = (value) =>
  !isNumber(value) ? NONE : value >= 1e6 ? COMPACT.format(value) : value >= 100 ? WHOLE.format(Math.round(value)) : value.toFixed(1);

export const bits = (value, digits = 2) => (isNumber(value) ? value.toFixed(digits) : NONE);

/** A share in per cent. */
export const share = (value) => (isNumber(value) ? `${(100 * value).toFixed(1)} %` : NONE);

/** A probability, readable when it is small: 12 %, 0.34 %, 1 in 52,000. */
export function probability(value) {
  if (!isNumber(value)) return NONE;
  if (value >= 0.1) return `${Math.round(100 * value)} %`;
  if (value >= 0.001) return `${THREE.format(100 * value)} %`;
  return value > 0 ? `1 in ${1 / value < 1e6 ? THREE.format(1 / value) : COMPACT.format(1 / value)}` : '0';
}

/** The time of day, with the date unless it is today. `at` is ISO text or milliseconds. */
export function time(at) {
  const date = new Date(at);
  if (Number.isNaN(date.getTime())) return NONE;
  return date.toDateString() === new Date().toDateString() ? CLOCK.format(date) : DAY.format(date);
}

const THRESHOLDS = [2, 4, 7, 10, 13, 17];

/** The steps of the colour scale of the legend and the words. */
export const STEPS = THRESHOLDS.length + 1;

/** The step of a surprisal; 0 is the least surprising. */
export const step = (surprisal) => {
  if (!isNumber(surprisal)) return surprisal === null ? STEPS - 1 : 0;
  const found = THRESHOLDS.findIndex((threshold) => surprisal < threshold);
  return found < 0 ? STEPS - 1 : found;
};

/** The range of a step, in bits. */
export const stepLabel = (index) =>
  index === 0 ? `< ${THRESHOLDS[0]}` : index === STEPS - 1 ? `${THRESHOLDS[index - 1]}+` : `${THRESHOLDS[index - 1]}–${THRESHOLDS[index]}`;

/** The display name of a model. */
export function modelName(name) {
  const order = /^(.*)-(\d)$/.exec(name);
  if (name === 'mixture') return 'mixture of all';
  if (name === 'cache-unigram') return 'recent words';
  if (name === 'cache-bigram') return 'recent pairs';
  if (order) return `n-gram, order ${order[2]}`;
  return `network (${name})`;
}

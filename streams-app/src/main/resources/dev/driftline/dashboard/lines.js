// Lines of the chart, from the points of sources: [time in milliseconds, documents, tokens, bits per token by model …].

const SMOOTHED_POINTS = 5;

/** A line breaks where nothing came for this many of its usual steps, and at least so many seconds. */
const BREAK_STEPS = 6;
const BREAK_SECONDS = 5;

/** A pause of this share of the whole time, and at least so many seconds, parts two busy times: the view begins with the busiest. */
const IDLE_SHARE = 0.2;
const IDLE_SECONDS = 60;

/** Tokens that the model has to read before its perplexities count for the height of the chart. */
const WARM_TOKENS = 20_000;

/** When the model had read its first tokens, in seconds; those cost much, whatever they are. */
export function warmedUp(points) {
  const all = points.reduce((sum, point) => sum + point[2], 0);
  let tokens = 0;
  for (const point of points) {
    tokens += point[2];
    if (tokens >= Math.min(WARM_TOKENS, all / 4)) return point[0] / 1000;
  }
  return 0;
}

/** How many documents of a line had come by a time in seconds. */
export const countedAt = (points, at) => points.filter((point) => point[0] / 1000 <= at).reduce((sum, point) => sum + point[1], 0);

/** How many documents had come at each point. */
export function counted(points) {
  let documents = 0;
  return points.map((point) => (documents += point[1]));
}

/** The longest pause between two points of a line that does not break it, in seconds. */
function longestStep(times) {
  const steps = times.slice(1).map((at, index) => at - times[index]).sort((a, b) => a - b);
  return Math.max(BREAK_SECONDS, BREAK_STEPS * (steps[steps.length >> 1] || 0));
}

/** A line with a gap wherever nothing came for long. */
export function broken(times, perplexities) {
  const longest = longestStep(times);
  const x = [];
  const y = [];
  times.forEach((at, index) => {
    if (index > 0 && at - times[index - 1] > longest) {
      x.push((at + times[index - 1]) / 2);
      y.push(null);
    }
    x.push(at);
    y.push(perplexities[index]);
  });
  return [x, y];
}

/** The points of a column that have no neighbour, of which a line would show nothing. */
export function alone(column) {
  const there = [];
  column.forEach((value, index) => {
    if (value !== undefined) there.push([index, value]);
  });
  return there.filter(([, value], place) => value !== null && (there[place - 1]?.[1] ?? null) === null && (there[place + 1]?.[1] ?? null) === null).map(([index]) => index);
}

/** The time between two long pauses in which most documents came: [first, last] in seconds. */
export function busiest(lines) {
  const points = lines.flatMap((line) => line.points).map((point) => [point[0] / 1000, point[1]]).sort((a, b) => a[0] - b[0]);
  const pause = Math.max(IDLE_SECONDS, IDLE_SHARE * (points[points.length - 1][0] - points[0][0]));
  const parts = [];
  for (const [at, documents] of points) {
    const part = parts[parts.length - 1];
    if (part && at - part.last <= pause) {
      part.last = at;
      part.documents += documents;
    } else {
      parts.push({first: at, last: at, documents});
    }
  }
  const best = parts.reduce((a, b) => (b.documents >= a.documents ? b : a));
  return [best.first, best.last];
}

/** Perplexities of a line; smooth: averages over preceding points without a break, weighted by tokens. */
export function values(line, smooth) {
  const {points, column} = line;
  const longest = 1000 * longestStep(points.map((point) => point[0] / 1000));
  return points.map((point, index) => {
    if (point[column] === null) return null;
    let tokens = 0;
    let cost = 0;
    const least = smooth ? Math.max(0, index - SMOOTHED_POINTS + 1) : index;
    for (let i = index; i >= least && (i === index || points[i + 1][0] - points[i][0] <= longest); i--) {
      if (points[i][column] !== null) {
        tokens += points[i][2];
        cost += points[i][column] * points[i][2];
      }
    }
    return 2 ** (cost / tokens);
  });
}
